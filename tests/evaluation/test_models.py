"""Several embedding models over the same documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.evaluation import models as comparing
from searchapp.evaluation import read_dataset
from searchapp.evaluation.models import compare, named
from searchapp.evaluation.own_documents import documents, heading_questions, sampled
from searchapp.evaluation.serialise import comparison_json
from searchapp.model import Document, Section, SourceType
from searchapp.model import SearchMode as Mode
from searchapp.settings import load_settings
from searchapp.wiring import Application

PACKAGED = "sentence-transformers:all-MiniLM-L6-v2"


@pytest.fixture
def many(tmp_path: Path) -> Application:
    """An embedded index of twenty short documents, each with a heading of its own."""
    notes = tmp_path / "many"
    notes.mkdir()
    for number, word in enumerate("abcdefghijklmnopqrst"):
        text = f"# Rule {word * 5}\n\nIt says {word * 4}.\n\n## Why {word * 6}\n\n{word * 7} and {number}."
        (notes / f"{word}.md").write_text(text, encoding="utf-8")
    application = Application(load_settings(data_dir=tmp_path / "data", embedding_model="hashed:256"))
    assert len([outcome for outcome in application.ingester.ingest([str(notes)]) if not outcome.error]) == 20
    return application


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_models_are_measured_on_a_judged_corpus(folder: Path, tmp_path: Path) -> None:
    application = Application(load_settings(data_dir=tmp_path / "data", embedding_model="hashed:256"))
    found = compare(application, ["hashed:256", "hashed:8", "hashed:256"], read_dataset(folder))
    assert [one.model for one in found.models] == ["hashed:256", "hashed:8"]  # each once
    assert (found.dataset, found.weak, found.documents, found.queries) == ("tiny", False, 3, 2)
    wide, narrow = found.models
    assert wide.ndcg_at_10 == {Mode.SEMANTIC: 1.0, Mode.HYBRID: 1.0}
    assert narrow.ndcg_at_10[Mode.SEMANTIC] <= 1.0
    assert (wide.dims, wide.vector_bytes, wide.max_tokens, wide.passages) == (256, 1024, 256, 3)
    assert wide.passages_per_second > 0 and wide.disk_bytes is None
    assert found.agreement == {}  # three documents: every ranking has all of them


def test_own_documents_are_judged_too_and_what_is_unknown_is_named(indexed: Application, tmp_path: Path) -> None:
    judged = tmp_path / "own.tsv"
    judged.write_text("twelve tonnes\tpress.md\t1\nmittens\tgone.md\t1\n", encoding="utf-8")
    found = compare(indexed, ["hashed:256", "hashed:512"], read_dataset(judged), sample=2)
    assert found.unknown == ("gone.md",) and found.documents == 2  # the judged one and another
    assert [one.ndcg_at_10[Mode.HYBRID] for one in found.models] == [0.5, 0.5]


def test_the_index_in_use_is_only_read(many: Application) -> None:
    list(many.store.sources(""))
    before = contents(many.settings.data_dir)
    compare(many, ["hashed:256", "hashed:64"], sample=15)
    assert contents(many.settings.data_dir) == before


def test_headings_are_weak_questions_and_the_models_agreement_is_told(many: Application) -> None:
    found = compare(many, ["hashed:1024", "hashed:8"], sample=15)
    again = compare(many, ["hashed:1024", "hashed:8"], sample=15)
    assert found.weak and found.dataset == "headings" and (found.documents, found.queries) == (15, 15)
    words, collisions = found.models
    assert words.ndcg_at_10[Mode.SEMANTIC] > 0.95 > collisions.ndcg_at_10[Mode.SEMANTIC] > 0
    (share,) = found.agreement.values()
    assert 0.5 < share < 1.0
    assert again.agreement == found.agreement == {("hashed:1024", "hashed:8"): share}
    assert [one.ndcg_at_10 for one in again.models] == [one.ndcg_at_10 for one in found.models]


def test_agreement_is_the_share_of_documents_that_both_have() -> None:
    top = {"one": ["a", "b"], "two": []}
    assert comparing._agreement(top, top) == 0.5  # what finds nothing agrees with nothing
    assert comparing._agreement({"one": ["a", "b", "c", "d"]}, {"one": ["b", "x"]}) == 0.25


def test_a_model_that_cannot_be_had_costs_only_itself(many: Application) -> None:
    found = compare(many, ["nowhere/none-such", "hashed:64", "hashed:x", "odd:thing"], sample=12)
    missing, there, wrong, unknown = found.models
    assert missing.error and wrong.error and unknown.error
    assert "none-such' is not on this machine" in missing.error.message and missing.error.remedy
    assert missing.error.reason == "model_unfetchable" and not missing.ndcg_at_10
    assert there.error is None and there.passages >= 12
    assert "hashed:x" in wrong.error.message and "names no known model provider" in unknown.error.message
    assert found.documents == 12


def test_the_packaged_model_is_measured_with_its_size(many: Application) -> None:
    found = compare(many, ["hashed:256", "all-MiniLM-L6-v2"], sample=11)
    packaged = found.models[1]
    assert (packaged.model, packaged.dims, packaged.max_tokens, packaged.vector_bytes) == (PACKAGED, 384, 256, 1536)
    assert packaged.disk_bytes is not None and 20_000_000 < packaged.disk_bytes < 200_000_000
    assert packaged.ndcg_at_10[Mode.HYBRID] > 0.5


def test_a_folder_counts_its_files(tmp_path: Path) -> None:
    from searchapp.embedding.weights import weights_bytes

    (tmp_path / "model" / "deep").mkdir(parents=True)
    (tmp_path / "model" / "config.json").write_bytes(b"12")
    (tmp_path / "model" / "deep" / "weights").write_bytes(b"12345")
    for model, size in (
        (f"sentence-transformers:{tmp_path / 'model'}", 7),
        ("nobody/has-this", None),
        ("ollama:x", None),
    ):
        assert weights_bytes(load_settings(embedding_model=named(model))) == size


def test_every_model_reports_its_progress(many: Application) -> None:
    told: list[tuple[str, int, int]] = []
    compare(many, ["hashed:64", "hashed:128"], sample=5, progress=lambda *step: told.append(step))
    assert ("hashed:64: indexing", 5, 5) in told and ("hashed:128: searching", 5, 5) in told


def test_an_empty_index_has_nothing_to_compare_on(tmp_path: Path) -> None:
    application = Application(load_settings(data_dir=tmp_path, embedding_model="hashed:64"))
    with pytest.raises(UsageError, match="no document with a title or heading"):
        compare(application, ["hashed:64"], sample=5)


def test_a_sample_is_always_the_same_and_begins_with_what_is_wanted(many: Application) -> None:
    some = [entry.id for entry in sampled(many.store, 5)]
    everything = [entry.id for entry in sampled(many.store, 0)]
    assert some == everything[:5] and len(everything) == 20
    assert [entry.id for entry in sampled(many.store, 3, [everything[-1]])] == [everything[-1], *some[:2]]
    (rebuilt,) = documents(many.store, sampled(many.store, 1))
    assert rebuilt.text.startswith("Rule") or "Rule" in rebuilt.title


def test_headings_that_two_documents_have_or_that_say_nothing_are_no_questions() -> None:
    def document(key: str, title: str, *headings: str) -> Document:
        sections = tuple(Section(n, n + 1, ("Top", heading)) for n, heading in enumerate(headings))
        return Document(key, key, title, SourceType.TEXT, "x" * len(headings), sections, key)

    found = heading_questions(
        [
            document("a", "Gloves", "Introduction", 'The "iron" press', "gloves", "Third"),
            document("b", "Boots", "introduction", "-- ?", "x" * 300, "-a"),
            document("c", "", "5"),
        ]
    )
    assert found.qrels == {"Gloves": {"a": 1}, "The iron press": {"a": 1}, "Boots": {"b": 1}}
    assert found.queries == {text: text for text in found.qrels}


def test_a_comparison_is_json(many: Application) -> None:
    told = json.loads(json.dumps(comparison_json(compare(many, ["hashed:64", "hashed:x"], sample=12))))
    assert told["weak_judgements"] is True and told["documents"] == 12
    there, wrong = told["models"]
    assert set(there["ndcg@10"]) == {"semantic", "hybrid"} and there["vector_bytes"] == 256
    assert wrong.keys() == {"model", "error"} and wrong["model"] == "hashed:x"
    assert wrong["error"]["reason"] == "hashed_dimensions_wrong" and wrong["error"]["message"].endswith("'hashed:x'.")
