"""The command line in a terminal, as wide and as narrow as people have them: bars, links, Ctrl-C."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from searchapp.cli.answers import Stream
from searchapp.cli.terminal import address_of, column, shows_links
from searchapp.model import Hit, Sentence, SentenceChecked, SourcesFound, Support, Token
from tests.answer.samples import hit
from tests.cli.pty import Run, typed
from tests.cli.shell import Shell
from tests.services.scripted_ollama import CHAT, OTHER, Model, Script, running

LETTERS = 12


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    papers = tmp_path / "papers"
    papers.mkdir()
    for number in range(LETTERS):
        text = "".join(f"Paragraph {part} of letter {number} speaks of gloves and hats.\n\n" for part in range(40))
        (papers / f"信件-{number:02}.md").write_text(f"# 关于手套的信 {number}\n\n{text}", encoding="utf-8")
    (papers / "broken.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    return shell


def in_terminal(shell: Shell, *arguments: str, columns: int = 100, **more: object) -> Run:
    environment = {**shell.environment, "HOME": str(shell.folder), **more.pop("environment", {})}  # type: ignore[dict-item]
    return typed(*arguments, environment=environment, folder=shell.folder, columns=columns, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("columns", [40, 100])
def test_bar_and_outcomes_share_the_terminal(shell: Shell, columns: int) -> None:
    run = in_terminal(shell, "ingest", "papers", columns=columns)
    assert run.code == 3, run.screen.text
    lines = run.screen.text.replace("\n", "")
    assert lines.count("indexed     ") == LETTERS and lines.count("broken.pdf") == 2
    assert f"{LETTERS} indexed" in lines and "What failed:" in run.screen.text
    assert not re.search(r"\d+/\d+ documents|[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏━]", run.screen.text), "nothing is left of the bar"
    assert any(re.search(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", seen) for seen in run.seen), "there was one"
    for seen in run.seen:
        bars = [line for line in seen.splitlines() if re.search(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", line)]
        assert len(bars) <= 1, seen
        assert not any("indexed  " in line for line in bars), seen


def test_ctrl_c_says_what_was_done(shell: Shell) -> None:
    run = in_terminal(shell, "ingest", "papers", interrupt=lambda seen: "indexed     " in seen)
    assert run.code == 130
    done = re.search(r"Stopped\. Done so far, at least: (\d+) indexed", run.screen.text)
    assert done, run.screen.text
    assert "goes on from here" in run.screen.text and "Traceback" not in run.screen.text
    again = shell("ingest", "papers")
    unchanged = re.search(r"(\d+) unchanged", again.stdout)
    assert unchanged and 1 <= int(done[1]) <= int(unchanged[1])


def test_results_fit_a_narrow_terminal(shell: Shell) -> None:
    shell("ingest", "papers")
    run = in_terminal(shell, "search", "gloves", "-n", "2", columns=40)
    assert run.code == 0
    lines = run.screen.text.splitlines()
    assert any(line.startswith(" 1. 关于手套的信") for line in lines), run.screen.text
    at = next(number for number, line in enumerate(lines) if line.startswith(" 1. "))
    assert lines[at + 1].startswith("    ") and lines[at + 2].startswith("    ") and "gloves" in run.screen.text
    assert "~/papers/" in run.screen.text.replace("\n", "")
    assert "score" not in run.screen.text and not re.search(r"\b[0-9a-f]{20}\b", run.screen.text)
    assert all(cell_len(line) <= 40 for line in lines)


def test_an_answer_streams_with_links_where_the_terminal_takes_them(shell: Shell) -> None:
    shell("ingest", "papers")
    ask = ("ask", "Which letter speaks of hats?")
    with_links = in_terminal(shell, *ask, environment={"TERM_PROGRAM": "WezTerm"})
    assert with_links.code == 0
    address = next(iter(with_links.screen.links))
    assert address.startswith("file:///") and address.endswith(".md")
    assert re.search(r"\[1\]", with_links.screen.links[address])
    assert "link" not in in_terminal(shell, *ask).screen.orders
    plain = in_terminal(shell, *ask, environment={"TERM_PROGRAM": "WezTerm", "NO_COLOR": "1"})
    assert "link" not in plain.screen.orders and "[1]" in plain.screen.text
    file = shell.folder / "answer.txt"
    in_terminal(shell, *ask, environment={"TERM_PROGRAM": "WezTerm", "FORCE_HYPERLINK": "1"}, stdout=file)
    said = file.read_text(encoding="utf-8")
    assert "\x1b" not in said and "[1] 关于手套的信" in said


def test_another_model_than_the_configured_one_answers_and_is_named(shell: Shell) -> None:
    shell("ingest", "papers")
    with running() as ollama:
        ollama.models = {OTHER: Model()}
        ollama.answer = Script(["This letter speaks of ", "hats. [1] ", "The mayor wore", " 77 hats. [1]"])
        run = in_terminal(
            shell, "ask", "Which letter speaks of hats?", environment={"SEARCHAPP_OLLAMA_URL": ollama.url}
        )
    assert run.code == 0
    assert "The mayor wore 77 hats. [1] (?)" in run.screen.text
    assert "This letter speaks of hats. [1] The mayor" in run.screen.text.replace(" (?)", "")
    assert "Not supported by the passages:" in run.screen.text and OTHER in run.screen.text


def test_ctrl_c_in_the_middle_of_an_answer(shell: Shell) -> None:
    shell("ingest", "papers")
    with running() as ollama:
        ollama.answer = Script(["Gloves and hats are spoken of in letter 3. [1] "], endless=True)
        run = in_terminal(
            shell,
            "ask",
            "Which letter speaks of hats?",
            interrupt=lambda seen: "Gloves and hats are spoken of" in seen,
            environment={"SEARCHAPP_OLLAMA_URL": ollama.url, "SEARCHAPP_LLM_MODEL": CHAT},
        )
    assert run.code == 130, run.screen.text
    assert "Stopped before the end of the answer" in run.screen.text and "Traceback" not in run.screen.text


@pytest.mark.parametrize(
    ("locale", "query", "question", "said"),
    [
        ("C.UTF-8", "stove smoke", "When is the hut open?", "from 1 May to 31 October"),
        ("zh_CN.UTF-8", "山泉 饮用", "山屋什么时候开放？", "5 月 1 日到 10 月 31 日"),
    ],
)
def test_the_demo_ends_with_a_search_and_an_answer(
    shell: Shell, locale: str, query: str, question: str, said: str
) -> None:
    run = shell("demo", "--no-serve", LC_ALL=locale)
    assert run.returncode == 0, run.stderr
    _, _, shown = run.stdout.partition(f'searchapp search "{query}"\n')
    found, _, answered = shown.partition(f'searchapp ask "{question}"\n')
    assert found.startswith(" 1. ") and "score" not in found
    assert said in answered and "[1] " in answered


@pytest.mark.parametrize(
    ("environment", "known"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4999"}, False),
        ({"TERM": "screen", "VTE_VERSION": "7200"}, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM_PROGRAM": "vscode", "NO_COLOR": "1"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({"TERM_PROGRAM": "vscode", "FORCE_HYPERLINK": "0"}, False),
    ],
)
def test_links_go_only_to_terminals_that_are_known_to_take_them(environment: dict[str, str], known: bool) -> None:
    assert shows_links(environment) is known


@pytest.mark.parametrize(
    ("source", "page", "address"),
    [
        ("/papers/a b.pdf", 3, "file:///papers/a%20b.pdf#page=3"),
        ("/papers/a.md", 3, "file:///papers/a.md"),
        ("https://example.org/a?b=1", None, "https://example.org/a?b=1"),
        ("https://example.org/\x1b\\evil", None, "https://example.org/%1B%5Cevil"),
        ("javascript://x", None, ""),
        ("upload:a.pdf", 1, ""),
    ],
)
def test_where_a_link_leads(source: str, page: int | None, address: str) -> None:
    assert address_of(source, page) == address


@pytest.mark.parametrize("text", ["a", "价目表", "一个非常长的标题" * 9, "mixed 中文 title", ""])
def test_columns_stand_below_each_other(text: str) -> None:
    assert cell_len(column(text, 40)) == 40


def streamed(*texts: str, doubtful: str = "") -> str:
    out = io.StringIO()
    console = Console(file=out, markup=False, emoji=False, highlight=False)
    stream = Stream(console)
    found: Hit = hit("The gate is locked at ten.")
    stream.take(SourcesFound((found,), 1))
    said = ""
    for text in texts:
        stream.take(Token(text))
        said += text
        if doubtful and said.startswith(doubtful) and said != doubtful:  # what follows settles where it ends
            stream.take(SentenceChecked(Sentence(doubtful, (1,), Support.UNSUPPORTED)))
            doubtful = ""
    stream.end()
    return out.getvalue()


def test_what_streams_is_the_text() -> None:
    assert (
        streamed("It is locked", " at ten. [", "1", "] Then ", "it opens.")
        == "It is locked at ten. [1] Then it opens.\n\n"
    )
    assert streamed("[see [1]", " and [2", "x") == "[see [1] and [2x\n\n"


@pytest.mark.parametrize(
    ("texts", "doubtful", "shown"),
    [
        (("Gates open. [1]", " Then", " more."), "Gates open. [1]", "Gates open. [1] (?) Then more.\n\n"),
        (("Gates open. [1] Th", "en more."), "Gates open. [1]", "Gates open. [1] (?) Then more.\n\n"),
        (("Gates open.", " [1] Then", " more."), "Gates open. [1]", "Gates open. [1] (?) Then more.\n\n"),
        (("Gates open.", " [1]", " Then", " more."), "Gates open. [1]", "Gates open. [1] (?) Then more.\n\n"),
        (
            ("Gates open", " at 3.5", " bar. Then", " more."),
            "Gates open at 3.5 bar.",
            "Gates open at 3.5 bar. (?) Then more.\n\n",
        ),
        (("大门开放。", "然", "后关闭。"), "大门开放。", "大门开放。 (?)然后关闭。\n\n"),
        (("大门开放。[1]然", "后关闭。"), "大门开放。[1]", "大门开放。[1] (?)然后关闭。\n\n"),
    ],
)
def test_a_doubt_stands_behind_its_sentence(texts: tuple[str, ...], doubtful: str, shown: str) -> None:
    assert streamed(*texts, doubtful=doubtful) == shown


def test_a_models_words_give_no_orders_to_the_terminal() -> None:
    assert streamed("a\x1b]0;title\x07b\x9b2J\r\n") == "a]0;titleb2J\n\n\n"
