"""Synthetic documents for ``nodes.py``: as many as one likes in English and Chinese, the same every time, in a stream.

Each document is about one topic, in ``PASSAGES`` passages of a few sentences. A topic's centre is the real model's
vector of a sentence about it, so that real questions find their neighbourhood; a passage lies off the centre by a part
of how two other topics differ, which keeps to the directions in which the model's vectors vary. Without a model centres
are drawn by chance. Passages are cut and numbered already: what a model and a chunker take is measured elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from hashlib import blake2b

import numpy as np

from benchmarks.growth_corpus import Block, Query
from searchapp.embedding import Embedder
from searchapp.embedding.hashed import HashedEmbedder
from searchapp.model import Chunk, DocumentEntry, DocumentState, EmbeddedChunk, Vectors
from searchapp.stores import DocumentWrite

SEED = 11
MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

PASSAGES = 20
"""Of each document."""

TOPICS = 1_000
BLOCK = 500
"""Passages that are made and written at once: 25 documents."""

TOKENS = 86
"""Of a passage, measured with multilingual-e5-small's tokenizer: 80 to 94."""

OWN_SHARE = 0.6
"""How far a passage lies off its topic's centre, as a share of how two topics differ."""

NOISE = 0.1
"""Length of what lies in no particular direction."""

THINGS = ("intake valve", "cooling pump", "grain elevator", "signal relay", "harbour crane", "steam boiler",
          "lift motor", "water meter", "blast furnace", "weather mast", "rail switch", "paper press", "oil filter",
          "wind turbine", "cable winch", "air compressor")  # fmt: skip
HAN_THINGS = ("进气阀", "冷却泵", "谷物提升机", "信号继电器", "港口起重机", "蒸汽锅炉", "电梯马达", "水表", "高炉",
              "气象桅杆", "铁路道岔", "造纸压机", "滤油器", "风力涡轮机", "电缆绞车", "空气压缩机")  # fmt: skip
WORKS = ("inspected", "repaired", "calibrated", "replaced", "lubricated", "painted", "insured", "measured")
HAN_WORKS = ("检查", "修理", "校准", "更换", "润滑", "粉刷", "投保", "测量")
PLACES = ("northern depot", "river station", "old quarry", "southern yard", "coastal plant", "mountain tunnel",
          "central workshop", "eastern terminal")  # fmt: skip
HAN_PLACES = ("北部仓库", "河边泵站", "旧采石场", "南部堆场", "沿海工厂", "山区隧道", "中央车间", "东部码头")


def topic_sentence(topic: int) -> str:
    """What a topic is about; every second one is in Chinese."""
    thing, work, place = _parts(topic)
    if topic % 2:
        return f"{HAN_PLACES[place]}的{HAN_THINGS[thing]}应当如何{HAN_WORKS[work]}"
    return f"How the {THINGS[thing]} of the {PLACES[place]} is {WORKS[work]}"


def question(topic: int) -> str:
    """What a reader asks of it, in other words."""
    thing, work, place = _parts(topic)
    if topic % 2:
        return f"请问在{HAN_PLACES[place]}怎样{HAN_WORKS[work]}{HAN_THINGS[thing]}？"
    return f"when must the {THINGS[thing]} at the {PLACES[place]} be {WORKS[work]}?"


def _parts(topic: int) -> tuple[int, int, int]:
    half = topic // 2
    return half % 16, half // 16 % 8, half // 128 % 8


def blocks(first: int, end: int, vectors: TopicVectors) -> Iterator[Block]:
    """The passages from number ``first`` to before ``end``, both multiples of ``BLOCK``, as whole documents."""
    for number in range(first // BLOCK, end // BLOCK):
        matrix = vectors.block(number)
        starts = range(0, BLOCK, PASSAGES)
        writes = tuple(_document(number * BLOCK + at, matrix[at : at + PASSAGES]) for at in starts)
        yield Block(writes, tuple(one.chunk.id for write in writes for one in write.chunks), matrix)


def _document(start: int, matrix: np.ndarray) -> DocumentWrite:
    random = np.random.default_rng([SEED, start])
    topic = int(topics(np.array([start]))[0])
    write = _chinese if topic % 2 else _english
    texts = [write(start + number, topic, random) for number in range(PASSAGES)]
    id_ = blake2b(f"{start}".encode(), digest_size=16).hexdigest()
    chunks, at = [], 0
    for position, (text, vector) in enumerate(zip(texts, matrix, strict=True)):
        digest = blake2b(text.encode(), digest_size=16).hexdigest()
        chunk = Chunk(
            id=f"{id_}-{position:05d}-{digest[:8]}",
            document_id=id_,
            position=position,
            text=text,
            embedded_text=text,
            start=at,
            end=at + len(text),
            tokens=TOKENS,
            hash=digest,
        )
        chunks.append(EmbeddedChunk(chunk, vector))
        at += len(text) + 2
    entry = DocumentEntry(
        id=id_,
        source=f"/rehearsal/{start // 100_000:05}/{start:09}.txt",
        title=topic_sentence(topic),
        type="text",
        state=DocumentState.INDEXED,
        content_hash=id_,
        language="zh" if topic % 2 else "en",
        chunks=len(chunks),
        updated=MOMENT,
    )
    return DocumentWrite(entry, tuple(chunks))


def _english(number: int, topic: int, random: np.random.Generator) -> str:
    thing, work, place = _parts(topic)
    days, bars, crew, year = (int(random.integers(*bounds)) for bounds in ((2, 90), (1, 60), (2, 9), (1970, 2026)))
    other = THINGS[int(random.integers(16))]
    return (
        f"No. {number:09}. The {THINGS[thing]} of the {PLACES[place]} is {WORKS[work]} every {days} days by a crew of"
        f" {crew}. It must hold {bars} bar for an hour before the {other} beside it starts again. Since {year} the log"
        f" names who {WORKS[work]} it, at what temperature, and which part was found worn. What is not in the log is"
        f" taken for not done."
    )


def _chinese(number: int, topic: int, random: np.random.Generator) -> str:
    thing, work, place = _parts(topic)
    days, bars, crew, year = (int(random.integers(*bounds)) for bounds in ((2, 90), (1, 60), (2, 9), (1970, 2026)))
    other = HAN_THINGS[int(random.integers(16))]
    return (
        f"No. {number:09}。{HAN_PLACES[place]}的{HAN_THINGS[thing]}每{days}天由{crew}人{HAN_WORKS[work]}一次。"
        f"旁边的{other}重新启动之前，它必须在{bars}巴的压力下保持一个小时。自{year}年以来，日志记录由谁{HAN_WORKS[work]}、"
        f"当时的温度以及哪个零件已经磨损。日志中没有记载的，一律视为没有完成，下一班应当补做并签名。"
    )


def topics(numbers: np.ndarray) -> np.ndarray:
    """The topic of each passage: that of its document, scattered by a multiplication with an odd number."""
    return (numbers // PASSAGES * 2_654_435_761 % 2**32 * TOPICS) >> 32


class TopicVectors:
    """The vectors of all passages, a block at a time, and of questions."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._is_real = not isinstance(embedder, HashedEmbedder)
        self.dims = embedder.fingerprint.dims
        if self._is_real:
            self.centres = embedder.embed_documents([topic_sentence(topic) for topic in range(TOPICS)])
        else:
            self.centres = _normalised(np.random.default_rng(SEED).normal(size=(TOPICS, self.dims)))

    def block(self, number: int) -> Vectors:
        """Of the passages from ``number * BLOCK`` on: ``(BLOCK, dims) float32``, L2-normalised."""
        random = np.random.default_rng([SEED, 1, number])
        first, second = random.integers(TOPICS, size=(2, BLOCK))
        own = self.centres[topics(np.arange(number * BLOCK, (number + 1) * BLOCK))]
        noise = random.normal(size=(BLOCK, self.dims)) * (NOISE / self.dims**0.5)
        return _normalised(own + OWN_SHARE * (self.centres[first] - self.centres[second]) + noise)

    def questions(self, count: int) -> list[Query]:
        """About different topics, by the real model where there is one."""
        random = np.random.default_rng([SEED, 2])
        asked = [int(topic) for topic in random.choice(TOPICS, size=count, replace=False)]
        if self._is_real:
            return [Query(question(topic), self._embedder.embed_query(question(topic))) for topic in asked]
        noise = random.normal(size=(count, self.dims)) * (0.5 / self.dims**0.5)
        near = _normalised(self.centres[asked] + noise)
        return [Query(question(topic), vector) for topic, vector in zip(asked, near, strict=True)]


def _normalised(vectors: np.ndarray) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
