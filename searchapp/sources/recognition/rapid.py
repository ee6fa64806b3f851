"""RapidOCR: PP-OCR's models, which its package carries, run by OpenVINO."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from searchapp.sources.recognition.lines import Line, in_reading_order

if TYPE_CHECKING:
    from searchapp.sources.recognition import Picture

DOTS_PER_INCH = 200
LOOKED_AT, CUT_FROM = 1600, 4000
"""In pixels, the longest side of the picture in which lines are looked for, and of the one from which they are read:
larger ones are made smaller, so that memory is bounded."""

LEAST_SCORE = 0.5
"""Of a line, from 0 to 1: what is read with less is no text."""

HEIGHT = 48
WIDTHS = (320, 400, 500, 640, 800, 1000, 1280, 1600, 2000, 2560, 3200)
"""Of a line, in pixels. OpenVINO keeps a program for each shape of its input: these are few."""

UPSIDE_DOWN = "180"

LANGUAGES = frozenset(
    "eng chi_sim chi_tra jpn fra deu spa ita por nld pol ces slk slv hrv swe dan nor fin est lav lit hun ron tur cat"
    " ell afr ind msa eus glg isl gle".split()
)
"""By tesseract's names: all whose letters are among those that the model tells apart."""


def installed(wanted: frozenset[str]) -> frozenset[str]:
    """Those of the languages that can be read here."""
    return wanted & LANGUAGES if importlib.util.find_spec("rapidocr") else frozenset()


def look_again() -> None:
    """Forget what was found before."""
    importlib.invalidate_caches()


def recognise(picture: Picture, languages: str) -> str:
    """The text in a picture. One model reads all ``languages``."""
    import numpy as np

    engine = _engine()
    page, high, wide = _colours(picture, CUT_FROM), *picture.shape
    boxes = _found(engine, picture)
    if not len(boxes):
        return ""
    crops = engine.crop_text_regions(page, (boxes * page.shape[0] / high).astype(np.float32))
    if is_turned := _lies(boxes):
        # A crop that is much higher than wide comes turned already, as the others must be.
        crops = [crop if _is_tall(box) else np.rot90(crop) for crop, box in zip(crops, boxes, strict=True)]
        boxes = np.roll(np.stack([boxes[:, :, 1], wide - boxes[:, :, 0]], axis=2), -1, axis=1)
    upright, told = engine.cls_and_rotate([crop.copy() for crop in crops])
    weights = [crop.shape[1] for crop in crops]
    down = sum(weight for weight, (label, _) in zip(weights, told.cls_res, strict=True) if label == UPSIDE_DOWN)
    if 2 * down > sum(weights):
        upright = [np.rot90(crop, 2) for crop in crops]
        boxes = np.roll(np.array([high, wide] if is_turned else [wide, high]) - boxes, 2, axis=1)
    elif not is_turned:
        # A page that stands upright has no line that does not, whatever is told of it, but for those along its edge.
        pairs = zip(upright, crops, boxes, strict=True)
        upright = [turned if _is_tall(box) else crop for turned, crop, box in pairs]
    read = engine.recognize_txt([_padded(crop) for crop in upright])
    lines = [
        Line(box[:, 0].min(), box[:, 1].min(), box[:, 0].max(), box[:, 1].max(), text.strip())
        for box, text, score in zip(_straight(boxes), read.txts, read.scores, strict=True)
        if score >= LEAST_SCORE and text.strip()
    ]
    return in_reading_order(lines)


def _colours(picture: Picture, longest: int) -> Any:
    """As the engine takes it, no side longer than so many pixels."""
    import cv2

    share = longest / max(picture.shape)
    if share < 1:
        size = (max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)


def _found(engine: Any, picture: Picture) -> Any:
    """Where lines stand: each is four corners, from the top left, clockwise, in the picture's own pixels."""
    import numpy as np
    from rapidocr.main import RapidOCRError

    image = _colours(picture, LOOKED_AT)
    record: dict[str, Any] = {}
    try:
        _, found = engine.detect_and_crop(image, record)
    except RapidOCRError:
        return np.zeros((0, 4, 2))
    added = record["padding_1"]  # to a picture of a single line, above and below
    boxes = np.asarray(found.boxes, dtype=float) - (added["left"], added["top"])
    return boxes * picture.shape[0] / image.shape[0]


def _padded(crop: Any) -> Any:
    """A line in the height that the model reads, made as wide as the next of ``WIDTHS``."""
    import cv2
    import numpy as np

    high, wide = crop.shape[:2]
    wanted = max(1, round(wide * HEIGHT / max(high, 1)))
    line = cv2.resize(crop, (min(wanted, WIDTHS[-1]), HEIGHT))
    width = next(one for one in WIDTHS if one >= line.shape[1])
    ground = np.median(line, axis=(0, 1)).astype(np.uint8)
    padded = np.tile(ground, (HEIGHT, width, 1))
    padded[:, : line.shape[1]] = line
    return padded


def _straight(boxes: Any) -> Any:
    """The boxes of a page that was put in askew, set straight."""
    import numpy as np

    along = boxes[:, 1] - boxes[:, 0]
    level = along[np.abs(along[:, 0]) > np.abs(along[:, 1])]
    angle = np.median(np.arctan2(level[:, 1], level[:, 0])) if len(level) else 0.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return boxes @ turn


def _lies(boxes: Any) -> bool:
    """Whether most of what was found runs up or down the page."""
    sides = boxes.max(axis=1) - boxes.min(axis=1)
    lengths = sides.max(axis=1)
    return bool(2 * lengths[[_is_tall(box) for box in boxes]].sum() > lengths.sum())


def _is_tall(box: Any) -> bool:
    """As RapidOCR tells it when it cuts lines out (``get_rotate_crop_image``)."""
    import numpy as np

    wide = max(np.linalg.norm(box[0] - box[1]), np.linalg.norm(box[2] - box[3]))
    high = max(np.linalg.norm(box[0] - box[3]), np.linalg.norm(box[1] - box[2]))
    return int(high) * 1.0 / max(int(wide), 1) >= 1.5


@cache
def _engine() -> Any:
    """The models; loaded when the first picture comes."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # it would write a file and report
    from rapidocr import EngineType, RapidOCR

    engines = {f"{task}.engine_type": EngineType.OPENVINO for task in ("Det", "Cls", "Rec")}
    return RapidOCR(
        params={
            **engines,
            "Global.log_level": "critical",
            "Rec.rec_batch_num": 1,
            "EngineConfig.openvino.inference_num_threads": 1,
            "EngineConfig.openvino.enable_cpu_pinning": False,  # which the parser's process may not
        }
    )
