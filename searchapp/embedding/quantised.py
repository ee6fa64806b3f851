"""The 8-bit copy of a model that embeds passages, several times as fast on a processor; queries keep the whole model.

docs/decisions/0049 has the figures. The copy is made once, by ``quantising.py``, and kept in the data folder.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from filelock import FileLock

from searchapp.errors import ModelUnavailableError, unwritable
from searchapp.model import Vectors

COPY = "transformer.xml"
"""OpenVINO's description of the copy; its weights lie beside it."""

INPUTS = ("input_ids", "attention_mask")
"""What the copy takes, ``(n, tokens) int64`` each."""

logger = logging.getLogger(__name__)


class QuantisedModel:
    """Runs the copy in ``folder`` in the place of the transformer of ``whole``, a SentenceTransformer on the processor.

    What comes before and after it (tokens, pooling, further layers) is the model's own.
    """

    def __init__(self, whole: Any, folder: Path) -> None:
        without_telemetry()
        import openvino

        # Not pinned to cores: a web server and a worker share a machine. float32 for what is left unquantised.
        options = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False, "INFERENCE_PRECISION_HINT": "f32"}
        self._whole = whole
        self._request = openvino.Core().compile_model(folder / COPY, "CPU", options).create_infer_request()

    def encode(self, texts: list[str]) -> Vectors:
        """``(n, dims) float32``, not normalised."""
        import torch

        features = self._whole.preprocess(texts)
        states = self._request.infer({key: features[key].numpy() for key in INPUTS})[0]
        features["token_embeddings"] = torch.from_numpy(states)
        with torch.inference_mode():
            for module in list(self._whole)[1:]:
                features = module(features)
        vectors: Vectors = features["sentence_embedding"].float().numpy()
        return vectors


def require_openvino() -> None:
    """Raise ModelUnavailableError where the libraries of the extra are not installed."""
    if missing := [name for name in ("openvino", "nncf") if find_spec(name) is None]:
        raise ModelUnavailableError(
            f"SEARCHAPP_EMBEDDING_PRECISION=int8 needs packages that are not installed: {', '.join(missing)}.",
            "pip install 'searchapp[openvino]', or set SEARCHAPP_EMBEDDING_PRECISION=full.",
        )


def quantised(whole: Any, name: str, digest: str, folder: Path) -> QuantisedModel:
    """The 8-bit copy of the model called ``name``, made now where ``folder`` has none of its ``digest`` yet.

    Raises ModelUnavailableError where none can be made, and StorageError where ``folder`` cannot be written.
    """
    place = folder / f"{digest[:16]}-int8"
    if not (place / COPY).is_file():
        try:
            place.mkdir(parents=True, exist_ok=True)
            with FileLock(place / "lock"):  # several workers begin at once
                if not (place / COPY).is_file():
                    _make(name, place)
        except OSError as error:
            raise unwritable(place, error) from error
    return QuantisedModel(whole, place)


def _make(name: str, place: Path) -> None:
    logger.info("Making the 8-bit copy of the embedding model; it is kept.")
    command = [sys.executable, "-m", "searchapp.embedding.quantising", name, str(place)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own module
    if made.returncode or not (place / COPY).is_file():
        said = made.stderr.strip().splitlines() or [f"it ended with {made.returncode}"]
        raise ModelUnavailableError(
            f"No 8-bit copy of the model '{name}' could be made: {said[-1][:300]}.",
            "Set SEARCHAPP_EMBEDDING_PRECISION=full.",
        )


def without_telemetry() -> None:
    """Keep OpenVINO and NNCF from reporting their use to their makers; before either is imported."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
