"""Pages as pictures, and where on them a passage stands: in the real parser process, over real PDFs."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from searchapp.errors import NotFoundError, OverloadedError, SourceError
from searchapp.settings import Settings
from searchapp.sources.page_drawer import MOST_WAITING, PageDrawer
from searchapp.sources.pdf.pages import find_passage
from tests.sources.pdf_files import pdf, scanned

GLOVES = "Operators must wear cut-resistant gloves\nof class D or higher whenever\nthe press is open."
CHINESE = "操作人员在设备开启时必须佩戴防割手套。\n手套如有破损应立即更换。"


@pytest.fixture(scope="module")
def drawer() -> Iterator[PageDrawer]:
    drawer = PageDrawer(Settings())
    yield drawer
    drawer.close()


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    path = tmp_path / "manual.pdf"
    path.write_bytes(pdf("Contents", f"Hands\n\n{GLOVES}\n\nEyes: goggles."))
    return path


def turned(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        page.rotate(90)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_page_becomes_a_picture_of_a_known_width(drawer: PageDrawer, manual: Path) -> None:
    picture = Image.open(io.BytesIO(drawer.picture(manual, "manual", 2, 700)))
    assert picture.width == 800
    assert picture.height == pytest.approx(800 * 842 / 595, abs=2)
    assert picture.convert("L").getextrema()[0] < 100  # something is written on it
    assert drawer.picture(manual, "manual", 2, 800) is drawer.picture(manual, "manual", 2, 700)


def test_a_changed_file_is_drawn_anew(drawer: PageDrawer, manual: Path) -> None:
    before = drawer.picture(manual, "manual", 1, 800)
    manual.write_bytes(pdf("Another page, longer than the first one"))
    assert drawer.picture(manual, "manual", 1, 800) != before


def test_a_passage_has_a_rectangle_for_each_line(drawer: PageDrawer, manual: Path) -> None:
    place = drawer.place(manual, "manual", 2, GLOVES.replace("\n", " "))
    assert (place.pages, round(place.width), round(place.height)) == (2, 595, 842)
    assert len(place.marks) == 3
    tops = [top for _, top, _, _ in place.marks]
    assert tops == sorted(tops)
    for left, top, width, height in place.marks:
        assert 0.11 < left < 0.13  # the margin of 72 points
        assert 0.1 < top < 0.2
        assert width > 0.1
        assert 0.005 < height < 0.03
    # "Eyes: goggles." stands below what is marked.
    (goggles,) = drawer.place(manual, "manual", 2, "Eyes: goggles.").marks
    assert goggles[1] > tops[-1] + place.marks[-1][3]


def test_a_turned_page_is_marked_as_it_is_seen(drawer: PageDrawer, tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    path.write_bytes(turned(pdf(GLOVES)))
    place = drawer.place(path, "turned", 1, GLOVES)
    assert place.width > place.height
    assert len(place.marks) == 3
    for _, _, width, height in place.marks:
        assert height > width  # its lines run from top to bottom
    columns = [left for left, _, _, _ in place.marks]
    assert columns == sorted(columns, reverse=True)


def test_chinese_is_marked_too(drawer: PageDrawer, tmp_path: Path) -> None:
    path = tmp_path / "zh.pdf"
    path.write_bytes(pdf(CHINESE, cjk=True))
    assert len(drawer.place(path, "zh", 1, CHINESE.replace("\n", "")).marks) == 2


def test_what_is_not_on_the_page_is_not_marked(drawer: PageDrawer, manual: Path, tmp_path: Path) -> None:
    assert drawer.place(manual, "manual", 1, GLOVES).marks == ()
    assert drawer.place(manual, "manual", 2, "A sentence about something else altogether, of some length.").marks == ()
    picture = tmp_path / "scan.pdf"
    picture.write_bytes(scanned(pdf(GLOVES)))
    assert drawer.place(picture, "scan", 1, GLOVES).marks == ()


def test_what_cannot_be_drawn_says_so(drawer: PageDrawer, manual: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no page 9"):
        drawer.picture(manual, "manual", 9, 800)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 torn")
    with pytest.raises(SourceError, match="cannot be drawn"):
        drawer.place(broken, "broken", 1, "")
    with pytest.raises(NotFoundError):
        drawer.picture(tmp_path / "gone.pdf", "gone", 1, 800)


def test_a_locked_file_opens_with_the_operators_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(pdf(GLOVES, password="secret"))
    for passwords, opens in (("", False), ("secret", True)):
        drawer = PageDrawer(Settings(document_passwords=passwords))
        if opens:
            assert drawer.place(path, "locked", 1, GLOVES).marks
        else:
            with pytest.raises(SourceError, match="password"):
                drawer.place(path, "locked", 1, GLOVES)
        drawer.close()


def test_too_many_who_wait_are_told_to_come_back(manual: Path) -> None:
    drawer = PageDrawer(Settings())
    for _ in range(MOST_WAITING):
        drawer._waiting.acquire()
    with pytest.raises(OverloadedError) as caught:
        drawer.place(manual, "manual", 1, "")
    assert caught.value.retry_after >= 1


def test_passages_are_found_by_what_agrees() -> None:
    assert find_passage("abcdefghijklmnopqrstuvwxyz", "ghijkl") == [(6, 12)]
    assert find_passage("onetwothree", "") == []
    first, second = "operatorsmustwearglovesofclassd", "orhigherwheneverthepressisopen"
    ((start, end),) = find_passage(f"xx{first}o{second}yy", f"{first}0{second}")  # a letter differs
    assert (start, end) == (2, 2 + len(first) + 1 + len(second))
    parts = find_passage(f"{second}xx{first}", f"{first}{second}")  # the lines stand in another order
    assert len(parts) == 2
    assert find_passage("otherwords" * 40, f"{first}{second}") == []
