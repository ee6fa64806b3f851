"""The real library with a tiny cross-encoder of random weights: what is proved is the plumbing, not its quality."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.doctor import diagnose
from searchapp.errors import ModelUnavailableError
from searchapp.evaluation.dataset import Dataset
from searchapp.evaluation.runner import evaluate
from searchapp.findings import Severity
from searchapp.model import Document, SearchMode, SearchRequest, Section, SourceType
from searchapp.search.reranker import ABOVE, Reranker
from searchapp.settings import load_settings
from searchapp.wiring import Application

WORDS = "pump seal filter valve turbine gasket oil water is the of a how wash [PAD] [UNK] [CLS] [SEP] [MASK]".split()
TEXTS = (
    "The pump has a seal.",
    "Wash the filter of the pump.",
    "The turbine is of oil.",
    "A valve is a valve.",
    "Water.",
)


def cross_encoder(folder: Path, labels: int = 1) -> str:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(7)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=len(WORDS), num_labels=labels, initializer_range=0.5, **sizes)
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return cross_encoder(tmp_path_factory.mktemp("models") / "tiny")


def library(folder: Path, **settings: object) -> Application:
    made = Application(load_settings(data_dir=folder, embedding_model="hashed:64", least_similarity=-1.0, **settings))
    documents = [
        Document(f"d{n}", f"/{n}.txt", "", SourceType.TEXT, text, (Section(0, len(text), ()),), content_hash=str(n))
        for n, text in enumerate(TEXTS)
    ]
    assert not any(outcome.error for outcome in made.ingester.ingest_documents(documents))
    return made


def test_the_best_are_ranked_by_what_the_model_says(tmp_path: Path, model: str) -> None:
    plain = library(tmp_path / "index")
    query = "how wash the pump"
    before = plain.searcher.search(SearchRequest(query)).hits
    after = Application(plain.settings.model_copy(update={"reranker": model, "reranked": 3}))
    hits = after.searcher.search(SearchRequest(query)).hits
    assert {hit.text for hit in hits[:3]} == {hit.text for hit in before[:3]}
    assert [hit.text for hit in hits[3:]] == [hit.text for hit in before[3:]]
    said = [hit.score for hit in hits[:3]]
    assert said == sorted(said, reverse=True) and all(ABOVE < score < ABOVE + 1 for score in said)
    assert [hit.reranked for hit in hits] == [True] * 3 + [False] * (len(hits) - 3)
    assert len(set(said)) == 3 and hits[3].score < ABOVE
    from sentence_transformers import CrossEncoder

    for hit in hits[:3]:
        raw = float(CrossEncoder(model).predict([(query, f"{hit.title}\n{hit.text}")], show_progress_bar=False)[0])
        assert hit.score - ABOVE == pytest.approx(raw, abs=1e-4)
    keyword = SearchRequest(query, SearchMode.KEYWORD)
    assert after.searcher.search(keyword).hits == plain.searcher.search(keyword).hits


def test_an_evaluation_ranks_as_a_search_does(tmp_path: Path, model: str) -> None:
    made = library(tmp_path / "index", reranker=model)
    first = made.searcher.search(SearchRequest("the pump")).hits[0].document_id
    judged = Dataset("own", "test", tmp_path, {"q": "the pump"}, {"q": {first: 1}})
    evaluation = evaluate(made, judged, (SearchMode.HYBRID,))
    assert evaluation.results[SearchMode.HYBRID].mrr_at_10 == 1.0
    assert evaluation.settings["reranker"] == model and evaluation.settings["reranked"] == 20


def test_a_model_that_is_not_here_is_one_clear_sentence(tmp_path: Path) -> None:
    made = library(tmp_path / "index", reranker="no/such-cross-encoder")
    with pytest.raises(ModelUnavailableError, match=r"no/such-cross-encoder.*not on this machine") as caught:
        made.searcher.search(SearchRequest("pump"))
    assert "SEARCHAPP_RERANKER" in caught.value.remedy
    (finding,) = [one for one in diagnose(made, quick=True) if one.check == "reranker"]
    assert finding.severity is Severity.ERROR and "no/such-cross-encoder" in finding.message


def test_doctor_names_it_and_a_model_of_several_scores_is_refused(tmp_path: Path, model: str) -> None:
    made = library(tmp_path / "index", reranker=model)
    (finding,) = [one for one in diagnose(made, quick=True) if one.check == "reranker"]
    assert finding.severity is Severity.OK
    with pytest.raises(ModelUnavailableError, match="3 scores"):
        Reranker(cross_encoder(tmp_path / "three", labels=3))
