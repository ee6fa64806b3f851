"""The text over a page: in reading order, in its place, whole words; in the real parser process, over real PDFs."""

import io
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from searchapp.errors import NotFoundError, SourceError
from searchapp.settings import Settings
from searchapp.sources.page_drawer import PageDrawer
from searchapp.sources.parsed import ParserInput, TextLayer
from searchapp.sources.pdf.text_layer import MOST_RUNS, read_layers, read_sheets
from tests.sources.pdf_files import pdf, scanned


@pytest.fixture(scope="module")
def drawer() -> Iterator[PageDrawer]:
    drawer = PageDrawer(Settings())
    yield drawer
    drawer.close()


def kept(folder: Path, data: bytes) -> Path:
    path = folder / "file.pdf"
    path.write_bytes(data)
    return path


def read(layer: TextLayer) -> str:
    """The text as a reader copies it."""
    parts = []
    for run in layer.runs:
        parts += [run.text[:-1]] if run.then == "\u00ad" else [run.text, run.then]
    return "".join(parts)


def real(data: Path, name: str) -> ParserInput:
    path = data / "pdfs" / name
    if not path.is_file():
        pytest.skip(f"{name} is not among the shared files")
    return ParserInput(name, path.read_bytes())


def turned(data: bytes, by: int) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        page.rotate(by)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


PROSE = (
    "Operators must wear cut-resistant gloves of class D or higher when-\n"
    "ever the press is open, and all of them are replaced after six months\n"
    "of use, or at once when they are visibly damaged."
)


def test_lines_come_in_their_place_and_read_as_a_paragraph(drawer: PageDrawer, tmp_path: Path) -> None:
    path = kept(tmp_path, pdf("First page", f"Hands\n\n{PROSE}"))
    (layer,) = drawer.layers(path, "manual", 2, 1)
    assert layer.page == 2
    assert read(layer) == "Hands\n" + PROSE.replace("-\never", "ever").replace("\n", " ")
    tops = [run.top for run in layer.runs]
    assert tops == sorted(tops)
    for run in layer.runs:
        assert run.left == pytest.approx(72 / 595, abs=0.005)
        assert run.height == pytest.approx(12 / 842, rel=0.05)
        assert 0.02 < run.width < 0.8
        assert (run.turn, run.is_vertical) == (0, False)
    # The same boxes as those that mark the passage.
    mark = drawer.place(path, "manual", 2, PROSE.replace("-\n", "").replace("\n", " ")).marks[0]
    assert layer.runs[1].left == pytest.approx(mark[0], abs=0.01)
    assert layer.runs[1].left + layer.runs[1].width == pytest.approx(mark[0] + mark[2], abs=0.01)


@pytest.mark.parametrize("by", [90, 180, 270])
def test_on_a_turned_page_it_lies_as_the_picture_does(drawer: PageDrawer, tmp_path: Path, by: int) -> None:
    path = kept(tmp_path, turned(pdf(PROSE), by))
    (layer,) = drawer.layers(path, f"turned {by}", 1, 1)
    assert "gloves of class D" in read(layer)
    marks = drawer.place(path, f"turned {by}", 1, PROSE.replace("-\n", "").replace("\n", " ")).marks
    run, mark = layer.runs[0], marks[0]
    assert run.turn == by // 90
    assert (run.width > run.height) is (by == 180)
    centre = (run.left + run.width / 2, run.top + run.height / 2)
    assert math.dist(centre, (mark[0] + mark[2] / 2, mark[1] + mark[3] / 2)) < 0.01


def test_cells_are_parted_as_a_sheet_takes_them(tmp_path: Path) -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    for row, cells in enumerate([("Part", "Price", "Stock"), ("Glove", "12.50", "7"), ("Visor", "31.00", "12")]):
        for column, cell in enumerate(cells):
            canvas.drawString(72 + 140 * column, 700 - 20 * row, cell)
    canvas.save()
    (layer,) = read_layers(ParserInput("t.pdf", out.getvalue()), 1, 1)
    assert read(layer) == "Part\tPrice\tStock\nGlove\t12.50\t7\nVisor\t31.00\t12"


def test_a_picture_of_a_page_has_none(drawer: PageDrawer, tmp_path: Path) -> None:
    (layer,) = drawer.layers(kept(tmp_path, scanned(pdf(PROSE), dots_per_inch=60)), "scan", 1, 1)
    assert layer.runs == ()


def test_sizes_are_those_that_are_seen_and_the_file_is_known(drawer: PageDrawer, tmp_path: Path) -> None:
    path = kept(tmp_path, turned(pdf("one", "two"), 90))
    sheets, digest = drawer.sheets(path, "two")
    assert sheets.pages == 2
    assert [tuple(map(round, size)) for size in sheets.sizes] == [(842, 595)] * 2
    path.write_bytes(pdf("one", "two", "three"))
    other, changed = drawer.sheets(path, "two")
    assert (other.pages, changed == digest) == (3, False)


def test_pages_are_kept_and_asked_for_once(drawer: PageDrawer, tmp_path: Path) -> None:
    path = kept(tmp_path, pdf(*(f"page {number}" for number in range(1, 8))))
    assert [layer.page for layer in drawer.layers(path, "seven", 3, 20)] == [3, 4, 5, 6, 7]
    again = drawer.layers(path, "seven", 3, 2)
    assert [read(layer) for layer in again] == ["page 3", "page 4"]
    assert again[0] is drawer.layers(path, "seven", 3, 1)[0]
    with pytest.raises(SourceError, match="no page 8"):
        drawer.layers(path, "seven", 8, 1)
    path.unlink()
    with pytest.raises(NotFoundError):
        drawer.layers(path, "seven", 3, 1)


def test_a_page_of_very_many_boxes_is_bounded_and_says_so() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(4000, 4000))
    for number in range(100_000):
        canvas.setFont("Helvetica", 4)
        canvas.drawString(number % 250 * 16, number // 250 * 10, "ab")
    canvas.save()
    (layer,) = read_layers(ParserInput("dense.pdf", out.getvalue()), 1, 1)
    assert layer.is_cut
    assert len(layer.runs) == MOST_RUNS


def test_signs_of_control_and_of_direction_do_not_pass() -> None:
    (layer,) = read_layers(ParserInput("t.pdf", pdf("gloves\u202e evil\x07 text")), 1, 1)
    assert "gloves" in read(layer)
    assert not set(read(layer)) & set("\x07\u202e\x00")


def test_a_huge_page_and_a_broken_file_are_told() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(14_400, 14_400))
    canvas.drawString(7200, 7200, "middle")
    canvas.save()
    source = ParserInput("huge.pdf", out.getvalue())
    (run,) = read_layers(source, 1, 1)[0].runs
    assert (run.left, run.top) == pytest.approx((0.5, 0.5), abs=0.01)
    assert read_sheets(source).sizes == ((14_400, 14_400),)
    with pytest.raises(SourceError, match="does not read as a PDF"):
        read_sheets(ParserInput("torn.pdf", b"%PDF-1.7 torn"))


def test_real_files_read_in_their_order(shared_data: Path) -> None:
    (vertical,) = read_layers(real(shared_data, "pdfminer.six/jo.pdf"), 1, 1)
    assert sum(run.is_vertical for run in vertical.runs) > 50
    assert "宇宙塵をたべ、または空気や塩水を呼吸しながら" in read(vertical)
    (persian, *_) = read_layers(real(shared_data, "docling/right_to_left_03.pdf"), 1, 1)
    assert "شرکت بورس کالای ايران" in read(persian)
    (columns, *_) = read_layers(real(shared_data, "sample-files/multicolumn.pdf"), 1, 1)
    assert "This is a sample document with two columns filled with Lorem Ipsum text." in read(columns)
    assert "sodales, sollicitudin vel" in read(columns)  # "sollic-" ends a line
