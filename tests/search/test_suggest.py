"""What is typed goes on as titles, headings and phrases do that people would type, on all three stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from searchapp.wiring import Application
from tests.search.three_stores import STORES, library_of

TEXTS = {
    "sets.md": "# StatefulSet basics\n\n## Scaling a StatefulSet\n\nA statefulset is a controller. Kubernetes runs it.",
    "update.md": "# Rolling updates\n\nA statefulset controller replaces pods. İstanbul and İZMİR are cities.",
    "more.md": "# Rolling back\n\nEach statefulset controller keeps names. ROLLBACK ends it; rollback, by hand.",
    "zh.md": "# 数据库备份\n\n## 恢复数据库\n\n操作人员必须佩戴防割手套。数据库的备份每天进行一次。",
    "ja.md": "# 手袋\n\nデータベースは毎日保存します。検索エンジンを使います。",
    "ko.md": "# 장갑 교체\n\n데이터베이스는 매일 저장합니다.",
}


@pytest.fixture(scope="module", params=STORES)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with library_of(TEXTS, request, tmp_path_factory.mktemp("completion")) as running:
        yield running


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("roll", "Rolling updates"),
        ("Scaling a", "Scaling a StatefulSet"),
        ("statef", "StatefulSet basics"),
        ("statefulset", "statefulset controller"),
        ("kuber", "kubernetes"),
        ("Kuber", "Kubernetes"),
        ("how to scale kuber", "how to scale kubernetes"),
        ("rollb", "rollback"),
        ("数据", "数据库备份"),
        ("恢复", "恢复数据库"),
        ("佩戴防割", "佩戴防割手套"),
        ("データ", "データベース"),
        ("手", "手袋"),
        ("장갑", "장갑 교체"),
    ],
)
def test_what_people_would_type(library: Application, typed: str, offered: str) -> None:
    assert offered in library.searcher.complete(typed)


@pytest.mark.parametrize(
    ("typed", "fragment"),
    [
        ("statefulset", "statefulset is"),
        ("kubernetes", "kubernetes runs"),
        ("cities", "cities"),
        ("数据库", "数据库的"),
        ("备份", "备份每天"),
        ("データ", "データベースは"),
        ("데이터", "데이터베이스는"),
        ("ist", "i̇stanbul"),
        ("how to scale rolling", "how to scale Rolling updates"),
    ],
)
def test_no_fragments(library: Application, typed: str, fragment: str) -> None:
    offered = library.searcher.complete(typed)
    assert fragment not in offered and not any("i̇" in one for one in offered)


@pytest.mark.parametrize("typed", ["roll", "Roll", "ROLL", "kuber", "statefulset c", "İst", "数"])
def test_the_case_of_what_was_typed_is_kept_in_words_of_texts(library: Application, typed: str) -> None:
    titles = {line.lstrip("# ") for text in TEXTS.values() for line in text.splitlines() if line.startswith("#")}
    offered = library.searcher.complete(typed)
    assert all(one.startswith(typed) or one in titles for one in offered)
