"""Compiles a model for ``compiled``: ``python -m searchapp.embedding.runtime.compiling NAME FOLDER SCRATCH``.

A process of its own, since tracing and calibrating print, warn, and take a gigabyte that an ingestion needs itself. It
prints ``share what`` lines while it works, and last ``done FOLDER`` or ``failed [code, encoded message]``.
"""

from __future__ import annotations

import errno
import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from searchapp.embedding.runtime.compiled import TABLE, TOKENIZER, CompiledModel, without_telemetry
from searchapp.embedding.runtime.facts import ModelFacts, read_facts
from searchapp.embedding.runtime.reference import facts_of, load_reference, reference_vectors, tokenizer_copy
from searchapp.embedding.weights import find_weights
from searchapp.errors import ModelUnavailableError, SearchAppError, unwritable
from searchapp.model import Vectors
from searchapp.settings import Precision
from searchapp.tokens.pieces import write_pieces

LEAST_COSINE = {Precision.FULL: 0.999, Precision.INT8: 0.96}
"""The least of the compiled model's vectors to the model's own over the calibration texts: what a precision must have
to be used. all-MiniLM-L6-v2 has 0.98 and multilingual-e5-small 0.995 in 8 bits; a model with a few very large
activations does not survive them, and shows it here."""

PIECE_CHARACTERS = 1200
"""Of the longest calibration texts, about a chunk of 256 tokens."""

BATCH = 8

_ROWS = 4096
"""Tokens whose embeddings are taken at once."""

_FULL = ("no space left", "disk is full", "os error 28", "requested and", "iostream error")
"""What libraries say of a disk that takes no more: safetensors, SQLite, tokenizers, NumPy, OpenVINO."""

_LITTLE = 8_000_000
"""Bytes: where fewer are free, that is why a library could not write, whatever it says."""


class _UnfitError(Exception):
    """The model is of a kind that cannot be compiled; the words say which."""


def main() -> None:
    """Compile the model called ``sys.argv[1]`` into a folder of its own below ``sys.argv[2]``.

    ``sys.argv[3]`` is an empty folder beside it, which the caller removes.
    """
    name, parent, scratch = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    try:
        made = compiled_into(name, parent, scratch, _say)
    except Exception as error:  # noqa: BLE001  # of half a dozen libraries, each with its own words for a full disk
        failure = _failure(error, name, parent)
        print("failed", json.dumps([failure.code, failure.sentence.encoded()]), flush=True)  # noqa: T201
        sys.exit(failure.exit_code)
    print(f"done {made.name}", flush=True)  # noqa: T201


def _failure(error: Exception, name: str, parent: Path) -> SearchAppError:
    if isinstance(error, SearchAppError):
        return error
    if _is_full(error, parent):
        return unwritable(parent, OSError(errno.ENOSPC, "no space left on device"), "SEARCHAPP_MODELS_DIR")
    if isinstance(error, OSError) and error.errno is not None:
        return unwritable(parent, error, "SEARCHAPP_MODELS_DIR")
    said = (str(error).strip().splitlines() or [""])[0][:200].rstrip(".")
    return ModelUnavailableError(
        "model_unpreparable",
        name=Path(name).name if Path(name).is_absolute() else name,
        why=f"{type(error).__name__}{said and ': '}{said}",
    )


def _is_full(error: Exception, parent: Path) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    said = str(error).lower()
    spoken = any(words in said for words in _FULL)
    return spoken or shutil.disk_usage(parent).free < _LITTLE


def compiled_into(name: str, parent: Path, scratch: Path, say: Callable[[float, str], None]) -> Path:
    """Compile into ``parent/NAME-DIGEST`` and return that; what is there under this name gives way when all is done.

    Raises ModelUnavailableError and OSError.
    """
    say(0.02, "Loading")
    weights = find_weights(name)
    if weights is None:
        raise SearchAppError("weights_missing", name=name)
    model = load_reference(weights, scratch).float().cpu()
    facts = facts_of(model, weights)
    folder = scratch / "compiled"
    folder.mkdir()
    try:
        facts = _compile(model, facts, folder, say)
    except _UnfitError as unfit:
        shutil.rmtree(folder)
        folder.mkdir()
        facts = replace(facts, reason=str(unfit))
    target = parent / f"{weights.file_name}-{facts.digest[:12]}"
    if earlier := read_facts(target):
        facts = replace(facts, sources=tuple(dict.fromkeys((*earlier.sources, *facts.sources))))
    facts.save(folder)
    if target.exists():
        target.rename(scratch / "earlier")
    folder.rename(target)
    return target


def _compile(model: Any, facts: ModelFacts, folder: Path, say: Callable[[float, str], None]) -> ModelFacts:
    _require_fit(model)
    texts = calibration_texts()
    tokenizer = tokenizer_copy(model)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    if not write_pieces(tokenizer, folder):
        tokenizer.save(str(folder / TOKENIZER), pretty=False)
    np.save(folder / TABLE, _table(model))
    say(0.15, "Tracing")
    traced = _traced(model, texts)
    _save(traced, folder, Precision.FULL)
    say(0.35, "Making 8 bits of")
    _quantise(traced, model, texts, folder)
    say(0.8, "Checking")
    return _checked(model, facts, folder, texts)


def _checked(model: Any, facts: ModelFacts, folder: Path, texts: list[str]) -> ModelFacts:
    """The facts with what either precision reaches; one that is too unlike the model's own vectors is removed."""
    cosines: dict[str, float] = {}
    seconds: dict[str, float] = {}
    unlike: list[str] = []
    batches = [texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]
    expected = np.concatenate([reference_vectors(model, batch) for batch in batches])
    for precision, least in LEAST_COSINE.items():
        replace(facts, cosines={precision: 1.0}, seconds={precision: 0.0}).save(folder)
        compiled = CompiledModel(folder, precision, caches=False)
        compiled.encode(batches[0])  # loads it
        started = time.perf_counter()
        found = np.concatenate([compiled.encode(batch) for batch in batches])
        seconds[precision] = round(time.perf_counter() - started, 3)
        cosine = _least_cosine(expected, found)
        if cosine >= least:
            cosines[precision] = round(cosine, 5)
        else:
            del seconds[precision]
            unlike.append(f"{precision} (cosine {cosine:.3f}, not {least})")
            for part in folder.glob(f"{precision}.*"):
                part.unlink()
    if Precision.FULL not in cosines:
        raise _UnfitError(f"its compiled vectors would be unlike its own: {', '.join(unlike)}")
    reason = f"Too unlike the model's own vectors to be used: {', '.join(unlike)}." if unlike else ""
    return replace(facts, cosines=cosines, seconds=seconds, reason=reason)


def _least_cosine(expected: Vectors, found: Vectors) -> float:
    cosines = np.sum(expected * found, axis=1)
    return float(np.min(cosines)) if np.all(np.isfinite(found)) else -1.0


def _require_fit(model: Any) -> None:
    """Raise _UnfitError for what is no transformer with embeddings of tokens and layers that can be traced."""
    transformer = getattr(model[0], "auto_model", None)
    if transformer is None:
        raise _UnfitError("it is no transformer")
    if getattr(model.tokenizer, "backend_tokenizer", None) is None:
        raise _UnfitError("it has no tokenizer that can be kept in a file")
    if any(getattr(module, "include_prompt", True) is False for module in model):
        raise _UnfitError("it leaves its prompt out of what it pools")


def _table(model: Any) -> Any:
    """``(vocabulary, width) float16``, by the model's own module, which may scale them."""
    import torch

    module = model[0].auto_model.get_input_embeddings()
    with torch.inference_mode():
        parts = [module(ids).numpy().astype(np.float16) for ids in torch.arange(module.num_embeddings).split(_ROWS)]
    table = np.concatenate(parts)
    if not np.all(np.isfinite(table)):
        raise _UnfitError("its embeddings do not fit into 16 bits")
    return table


def _inputs(model: Any, texts: Sequence[str]) -> dict[str, Any]:
    import torch

    features = model.preprocess(list(texts))
    with torch.inference_mode():
        embeddings = model[0].auto_model.get_input_embeddings()(features["input_ids"])
    return {"embeddings": embeddings.numpy(), "attention_mask": features["attention_mask"].numpy()}


def _traced(model: Any, texts: list[str]) -> Any:
    """OpenVINO's model from embeddings of tokens to the vector of a text, pooling included."""
    without_telemetry()
    import openvino
    import torch

    class FromEmbeddings(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = model[0].auto_model
            self.others = torch.nn.ModuleList(list(model)[1:])

        def forward(self, embeddings: Any, attention_mask: Any) -> Any:
            states = self.transformer(inputs_embeds=embeddings, attention_mask=attention_mask)[0]
            features = {"token_embeddings": states, "attention_mask": attention_mask}
            for module in self.others:
                features = module(features)
            return features["sentence_embedding"]

    # Two texts of different lengths, so that neither dimension is taken for a constant.
    example = {name: torch.from_numpy(value) for name, value in _inputs(model, [texts[0], texts[-1]]).items()}
    try:
        with torch.inference_mode():
            return openvino.convert_model(FromEmbeddings().eval(), example_input=example)
    except Exception as error:  # whatever a model's own code does not let be traced
        raise _UnfitError(f"it cannot be traced ({type(error).__name__})") from error


def _quantise(traced: Any, model: Any, texts: list[str], folder: Path) -> None:
    """Weights and activations in 8 bits (SmoothQuant, arXiv:2211.10438, as NNCF does it for transformers)."""
    import nncf

    samples = nncf.Dataset(texts, lambda text: _inputs(model, [text]))
    quantised = nncf.quantize(traced, samples, subset_size=len(texts), model_type=nncf.ModelType.TRANSFORMER)
    _save(quantised, folder, Precision.INT8)


def _save(made: Any, folder: Path, precision: Precision) -> None:
    import openvino

    openvino.save_model(made, folder / f"{precision}.xml", compress_to_fp16=False)


def calibration_texts() -> list[str]:
    """English and Chinese texts of several lengths: the paragraphs of four documents, and longer pieces of them.

    Changing them changes every compiled model, and so what an index is compared with.
    """
    texts: list[str] = []
    for document in files(__package__).joinpath("calibration.txt").read_text(encoding="utf-8").split("\f"):
        texts += [paragraph for paragraph in document.split("\n\n") if paragraph.strip()]
        texts += [document[at : at + PIECE_CHARACTERS] for at in range(0, len(document), PIECE_CHARACTERS)]
    return texts


def _say(share: float, what: str) -> None:
    print(f"{share:.2f} {what}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
