"""Makes the 8-bit copy of a model: ``python -m searchapp.embedding.quantising MODEL FOLDER``.

A process of its own, since tracing and calibrating print, warn, and take a gigabyte that an ingestion needs itself.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from searchapp.embedding.quantised import COPY, INPUTS, QuantisedModel, without_telemetry
from searchapp.embedding.sentence_transformers import load_model

LEAST_COSINE = 0.97
"""Of the copy's vectors and the model's own over the sample texts, on average; all-MiniLM-L6-v2 has 0.99. A model with
a few very large activations does not survive 8 bits, and shows it here."""

PIECE_CHARACTERS = 1200
"""Of the longest sample texts, about a passage of 256 tokens."""


def main() -> None:
    """Write the copy into a folder; ends with a sentence and exit code 1 where it is not like the model."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    model = load_model(name).float()  # traced in float32, whatever this processor computes faster
    texts = sample_texts()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        _write(model, texts, Path(beside) / COPY)
        cosine = _likeness(model, QuantisedModel(model, Path(beside)), texts)
        if cosine < LEAST_COSINE:
            sys.exit(f"its vectors would be too unlike the model's own (cosine {cosine:.2f}, not {LEAST_COSINE})")
        for part in sorted(Path(beside).iterdir()):  # the weights (.bin) before what asks for them (.xml)
            part.replace(folder / part.name)


def sample_texts() -> list[str]:
    """English and Chinese texts of several lengths: the paragraphs of the sample documents, and longer pieces."""
    texts: list[str] = []
    for language in ("en", "zh"):
        for file in sorted(files("searchapp.samples").joinpath(language).iterdir(), key=lambda file: file.name):
            if file.name.endswith(".md"):
                text = file.read_text(encoding="utf-8")
                texts += [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
                texts += [text[at : at + PIECE_CHARACTERS] for at in range(0, len(text), PIECE_CHARACTERS)]
    return texts


def _write(model: Any, texts: list[str], copy: Path) -> None:
    """Trace the model's transformer and quantise weights and activations to 8 bits (SmoothQuant, arXiv:2211.10438)."""
    without_telemetry()
    import nncf
    import openvino
    import torch

    def inputs(text: str) -> dict[str, Any]:
        features = model.preprocess([text])
        return {key: features[key].cpu() for key in INPUTS}

    with torch.no_grad():
        traced = openvino.convert_model(model[0].auto_model, example_input=inputs(texts[0]))
    quantised = nncf.quantize(
        traced, nncf.Dataset(texts, inputs), subset_size=len(texts), model_type=nncf.ModelType.TRANSFORMER
    )
    openvino.save_model(quantised, copy, compress_to_fp16=False)


def _likeness(model: Any, copy: QuantisedModel, texts: list[str]) -> float:
    whole = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    found = np.concatenate([copy.encode([text]) for text in texts])
    return float(np.mean(np.sum(whole * found / np.linalg.norm(found, axis=1, keepdims=True), axis=1)))


if __name__ == "__main__":
    main()
