"""Cosines of all models on one scale.

Texts that have nothing to do with each other have a cosine of about 0.05 by all-MiniLM-L6-v2 and of 0.78 by
multilingual-e5-small. Thresholds and weights would mean something else by each model. So what unrelated texts have is
measured once a model, and every cosine is moved and stretched so that they lie where MiniLM's do and equal texts stay
at 1: ``similarity = 1 - (1 - cosine) * (1 - UNRELATED) / (1 - unrelated)``.
Decision 52 has what else was tried.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from searchapp.embedding.base import Embedder, Fingerprint
from searchapp.settings import Settings

UNRELATED = 0.05
"""Where unrelated texts lie on the scale: the mean cosine that all-MiniLM-L6-v2 gives them."""

LEAST_KNOWN = 0.9
"""Share of a text's tokens that the model must know for the text to count: of what it cannot read it says nothing."""

MOST = 0.95
"""A model that finds unrelated texts nearer than this tells nothing apart; its scale is not stretched any further."""

FEWEST = 4
"""Pairs of a question and its answer that must be left to measure by."""

_measured: dict[Fingerprint, Scale] = {}


@dataclass(frozen=True, slots=True)
class Scale:
    """A model's cosines made similarities; ``unrelated`` is the mean cosine of texts that have nothing in common."""

    unrelated: float = UNRELATED

    def similarity(self, cosine: float) -> float:
        """The cosine on the scale; 1 stays 1."""
        return max(-1.0, 1.0 - (1.0 - cosine) * self._stretch)

    def cosine(self, similarity: float) -> float:
        """The cosine that has this similarity."""
        return 1.0 - (1.0 - similarity) / self._stretch

    @property
    def _stretch(self) -> float:
        return (1.0 - UNRELATED) / (1.0 - min(self.unrelated, MOST))


SAME_SCALE = Scale()
"""Leaves cosines as they are: that of a model by which unrelated texts lie where they are to lie."""


def scale_of(embedder: Embedder, settings: Settings) -> Scale:
    """The scale of the embedder's model: measured once, and kept beside the prepared models.

    Raises as the embedder does.
    """
    model = embedder.fingerprint
    if model not in _measured:
        places = [folder / "scales" / f"{_key(model)}.json" for folder in settings.model_folders]
        _measured[model] = _read(places) or _written(Scale(measured(embedder)), model, places)
    return _measured[model]


def measured(embedder: Embedder) -> float:
    """Mean cosine of questions to the answers of other questions, by this model. Raises as the embedder does."""
    reading = embedder.tokenizer.reading
    pairs = [pair for pair in TEXTS if min(reading(text).known_share for text in pair) >= LEAST_KNOWN]
    if len(pairs) < FEWEST:
        return UNRELATED
    answers = embedder.embed_documents([answer for _, answer in pairs])
    questions = np.array([embedder.embed_query(question) for question, _ in pairs])
    cosines = questions @ answers.T
    others = ~np.eye(len(pairs), dtype=bool)
    return round(float(np.mean(cosines[others])), 4)


def _key(model: Fingerprint) -> str:
    deciding = {name: value for name, value in model.as_dict().items() if name != "dtype"}
    return sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()[:24]


def _read(places: list[Path]) -> Scale | None:
    for place in places:
        try:
            kept = float(json.loads(place.read_text(encoding="utf-8"))["unrelated"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # not there, or cut off: it is measured again
        if -1.0 <= kept <= 1.0:
            return Scale(kept)
    return None


def _written(scale: Scale, model: Fingerprint, places: list[Path]) -> Scale:
    """Kept in the first folder that lets itself be written; where none does, each process measures for itself."""
    text = json.dumps({"model": str(model), "unrelated": scale.unrelated})
    for place in places:
        beside = place.with_suffix(f".{os.getpid()}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, encoding="utf-8")
            beside.replace(place)
        except OSError:
            continue
        break
    return scale


TEXTS = (
    ("How long does sourdough bread have to rise?", "Leave the dough in a warm place for eight to twelve hours."),
    ("Who painted the ceiling of the chapel?", "The fresco was finished in four years by a sculptor who disliked it."),
    (
        "What do hedgehogs eat in autumn?",
        "Beetles, worms and caterpillars make up most of their food before they sleep through the winter.",
    ),
    (
        "When does the night train to the coast leave?",
        "It departs from platform nine at 22:40 every day but Saturday, and arrives at half past six.",
    ),
    ("Why does my bicycle chain slip?", "A worn cassette no longer holds the links; replace both at the same time."),
    (
        "How is rent reduced when the heating fails?",
        "Tenants may keep back a share of the payment for each day on which rooms stay below eighteen degrees.",
    ),
    (
        "What is the offside rule?",
        "An attacker may not be nearer to the goal line than the ball and the last defender when it is passed.",
    ),
    ("Which clouds bring hail?", "Towering cumulonimbus with strong updraughts can throw out ice the size of eggs."),
    ("How do I prune roses?", "Cut above an outward bud in early spring, and take dead wood away altogether."),
    ("What does a violin bow need rosin for?", "Without it the hair slides over the strings and hardly a sound comes."),
    (
        "How is a broken arm treated?",
        "The bone is set under anaesthesia and kept in plaster for some six weeks, then exercised carefully.",
    ),
    ("Why did the merchants' league decline?", "Sea routes changed, princes grew stronger, and the herring went."),
    ("红烧肉怎么做才不腻？", "五花肉先焯水，再用冰糖炒出糖色，小火慢炖一个半小时，最后大火收汁。"),
    ("丹顶鹤在哪里过冬？", "每年十一月前后，它们飞到江苏盐城的滩涂湿地，次年三月再北返繁殖。"),
    ("公积金贷款需要准备哪些材料？", "申请人应提交身份证、收入证明、购房合同和近半年的银行流水。"),
    ("围棋里的“打劫”是什么意思？", "双方轮流提掉对方一子时，被提的一方必须先在别处走一手才能提回。"),
    ("孩子发烧到多少度要去医院？", "体温超过三十八度五并且精神不好，或者持续三天不退，应当尽快就诊。"),
    ("这趟地铁的末班车是几点？", "周一到周五末班车二十三点零五分从体育中心站开出，周末延后半小时。"),
    ("为什么陶瓷会开裂？", "坯体干燥太快，内外收缩不一致，入窑后温度升得过急也会产生裂纹。"),
    ("北斗七星怎么找？", "春天的夜晚面向北方抬头，七颗亮星排成勺子的形状，勺口指向北极星。"),
    ("龙井茶什么时候采摘最好？", "清明前采的嫩芽滋味最鲜，谷雨以后叶片变大，香气就差一些。"),
    ("手机屏幕进水了该怎么处理？", "立刻关机并取出卡槽，用干布吸去水分，不要用吹风机加热，送到维修点检查。"),
    ("唐代的科举考什么？", "进士科以诗赋和时务策为主，明经科着重背诵经文，录取的人数相差很多。"),
    ("退休以后怎样学游泳？", "先在浅水区练习憋气和漂浮，请教练纠正蹬腿的动作，每周去两三次就够了。"),
)
"""Questions with their answers, each pair about something else: what one says to another is nothing.

English and Chinese, long and short, everyday matters; none is of a judged set.
"""
