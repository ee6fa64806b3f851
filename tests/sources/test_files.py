from __future__ import annotations

import os
from pathlib import Path

import pytest

from searchapp.model import document_id
from searchapp.sources import BadTarget, SourceRef, discover


def names(found: list[SourceRef | BadTarget], top: Path) -> list[str]:
    return [Path(ref.source).relative_to(top).as_posix() for ref in found]


def write(top: Path, *paths: str) -> None:
    for path in paths:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text("text")


def test_a_folder_is_walked_in_order_without_what_is_hidden_or_unsupported(tmp_path: Path) -> None:
    write(
        tmp_path,
        "b.md",
        "a.PDF",
        "z.html.gz",
        ".hidden.md",
        ".git/x.md",
        "sub/c.txt",
        "sub/d.exe",
        "aa/e.rst",
        ".md",
        "f.gz",
    )
    found = list(discover([str(tmp_path)]))
    assert names(found, tmp_path) == ["a.PDF", "b.md", "z.html.gz", "aa/e.rst", "sub/c.txt"]
    assert all(isinstance(ref, SourceRef) and ref.id == document_id(ref.source) for ref in found)
    assert list(discover([str(tmp_path)])) == found


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    write(tmp_path, "sub/a.md")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "dangling.md").symlink_to(tmp_path / "nowhere.md")
    assert names(list(discover([str(tmp_path)])), tmp_path) == ["sub/a.md"]


def test_a_link_keeps_its_name(tmp_path: Path) -> None:
    write(tmp_path, "release-1/a.md")
    (tmp_path / "current").symlink_to(tmp_path / "release-1")
    (ref,) = discover([str(tmp_path / "current")])
    assert ref.source == str(tmp_path / "current" / "a.md")


def test_one_bad_target_costs_only_itself(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    missing = str(tmp_path / "missing")
    found = list(discover([missing, str(tmp_path / "a.md"), "", "ftp://example.org/x"]))
    assert [type(each) for each in found] == [BadTarget, SourceRef, BadTarget, BadTarget]
    assert isinstance(found[0], BadTarget)
    assert found[0].error.message == f"{missing} does not exist."
    assert found[0].error.remedy


def test_a_file_named_on_its_own_is_taken_whatever_its_suffix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "notes.xyz")
    monkeypatch.chdir(tmp_path)
    (ref,) = discover(["sub/../notes.xyz"])
    assert ref.source == str(tmp_path / "notes.xyz")
    assert isinstance(ref, SourceRef) and not ref.is_url


def test_a_source_comes_once(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    assert len(list(discover([str(tmp_path), str(tmp_path / "a.md"), str(tmp_path) + "/"]))) == 1


def test_an_empty_folder_yields_nothing(tmp_path: Path) -> None:
    assert list(discover([str(tmp_path)])) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform has no named pipes")
def test_a_pipe_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert list(discover([str(tmp_path)])) == []
    (bad,) = discover([str(tmp_path / "pipe.md")])
    assert isinstance(bad, BadTarget)


def test_a_name_that_is_no_text_is_reported(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md")).write_text("text")
    except OSError:
        pytest.skip("this file system takes only valid names")
    (bad,) = discover([str(tmp_path)])
    assert isinstance(bad, BadTarget)
    bad.error.message.encode()
    bad.source.encode()


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("HTTPS://Example.ORG:443", "https://example.org/"),
        ("http://example.org:8080/a b?q=ü#part", "http://example.org:8080/a%20b?q=%C3%BC"),
        ("https://例え.jp/路", "https://xn--r8jz45g.jp/%E8%B7%AF"),
        ("http://[2001:DB8::1]/x%20y", "http://[2001:db8::1]/x%20y"),
    ],
)
def test_web_addresses_have_one_spelling(target: str, source: str) -> None:
    (ref,) = discover([target])
    assert isinstance(ref, SourceRef) and ref.is_url
    assert (ref.source, ref.id) == (source, document_id(source))


@pytest.mark.parametrize(
    "target", ["https://user:hunter2@example.org/", "http://", "http://exa mple.org/", "http://[::1/"]
)
def test_bad_web_addresses_show_no_secret(target: str) -> None:
    (bad,) = discover([target])
    assert isinstance(bad, BadTarget)
    assert "hunter2" not in str(bad.error)
    assert "hunter2" not in bad.source


def test_ids_are_stable() -> None:
    assert document_id("/in/a.md") == "5059d0182470a044084a"
