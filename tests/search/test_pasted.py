from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.messages import read_in
from searchapp.model import SearchMode, SearchRequest
from searchapp.search.query import read_query
from searchapp.settings import load_settings
from searchapp.wiring import Application


@pytest.mark.parametrize(
    "text",
    [
        "tar -xzf",
        "tar -C /srv -xf a.tar",
        "docker run -d nginx",
        "gcloud --version",
        "sensor -40",
        "budget -2024",
        "below －12.5 degrees",
        "ls -lah",
        "netstat -tulpn",
        "curl -sSL https://example.org/install.sh | sh",
        "find . -name foo",
        "java -jar app.jar",
        "java -Xmx512m app",
        "gcc -Wall -O2 main.c",
        'git commit -m "fix the bug"',
        'grep -r "foo bar" src',
        "kubectl get pods -n kube-system -o wide",
        "set -std=c++17 here",
        'Get-ChildItem -Recurse -Filter "*.log"',
        'File "x.py", line 3, in <module>',
        'Traceback (most recent call last): File "x.py", line 3, in f ValueError: bad "value"',
        'ModuleNotFoundError: No module named "foo"',
        'error: unknown flag "x"',
        "at com.acme.Foo.bar(Foo.java:12) -retry",
        '2024-03-06 12:00:01 ERROR [main] path:/var/log/x "db" -retry year:none',
        'for x in "abc": print(x) -y',
        'printf("hello", x)',
        "one line\nanother -line type:nothing",
        "运行 docker run -d nginx 报错",
        "终端输出 java.io.IOException -重试",
    ],
)
def test_nothing_in_what_is_pasted_is_an_operator(text: str) -> None:
    query = read_query(text)
    assert (query.operators, query.filters, query.text) == ((), (), " ".join(text.split()))


@pytest.mark.parametrize(
    ("text", "operators"),
    [
        ("snapshot -restore", ("-restore",)),
        ('restore "snapshot repository" -cloud', ('"snapshot repository"', "-cloud")),
        ("预算 “季度报告” －草稿", ('"季度报告"', "-草稿")),
        ("tax -UK", ("-UK",)),
        ("java -island", ("-island",)),
        ("git -github", ("-github",)),
        ("vitamin D -calcium", ("-calcium",)),
        ("logging -log4j", ("-log4j",)),
        ('report -"cold storage"', ('-"cold storage"',)),
        ('sensor -"40"', ("-40",)),
        ("10:30:00 meeting -draft", ("-draft",)),
    ],
)
def test_what_plainly_is_an_operator_stays_one(text: str, operators: tuple[str, ...]) -> None:
    assert read_query(text).operators == operators


def test_a_field_beside_a_command_stays_a_filter() -> None:
    query = read_query("type:pdf gcloud --version")
    assert (query.text, query.filters) == ("gcloud --version", ("type=pdf",))


TEXTS = {
    "tar.txt": "Unpack the backup with tar -xzf backup.tar.gz and check the log.",
    "docker.txt": "Start the proxy with docker run -d -p 8080:80 --name web nginx.",
    "restore.txt": "A snapshot is restored from the repository overnight.",
    "other.txt": "The garden club meets behind the library.",
}


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Application:
    folder: Path = tmp_path_factory.mktemp("pasted")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    running = Application(load_settings(data_dir=folder / "data", embedding_model="hashed:256", least_similarity=-1.0))
    assert {outcome.state for outcome in running.ingester.ingest([str(folder)])} == {"indexed"}
    return running


@pytest.mark.parametrize(("typed", "name"), [("tar -xzf", "tar"), ("docker run -d nginx", "docker")])
def test_a_command_finds_what_has_it(application: Application, typed: str, name: str) -> None:
    for mode in (SearchMode.KEYWORD, SearchMode.HYBRID):
        found = application.searcher.search(SearchRequest(typed, mode))
        assert found.hits[0].source.endswith(f"{name}.txt")
        assert found.notices == ()


@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ('restore "snapshot of the repository"', '"snapshot of the repository"'),
        ("repository -snapshot", "-snapshot"),
        ("repository -snapshot type:text", "-snapshot"),
        ('restore "of the snapshot" -snapshot', '"of the snapshot" -snapshot'),
    ],
)
def test_where_operators_leave_nothing_the_words_are_searched_and_it_is_said(
    application: Application, typed: str, subject: str
) -> None:
    found = application.searcher.search(SearchRequest(typed, SearchMode.KEYWORD))
    assert found.hits[0].source.endswith("restore.txt")
    (notice,) = found.notices
    assert (notice.code, notice.subject) == ("operators_left_out", subject)
    assert subject in notice.message
    with read_in("zh"):
        chinese = application.searcher.search(SearchRequest(typed, SearchMode.KEYWORD)).notices[0].message
    assert subject in chinese and "没有找到" in chinese


def test_operators_that_leave_something_say_nothing_and_no_hit_at_all_says_nothing(application: Application) -> None:
    assert application.searcher.search(SearchRequest("snapshot -garden", SearchMode.KEYWORD)).notices == ()
    assert application.searcher.search(SearchRequest("repository type:pdf", SearchMode.KEYWORD)).total == 0
    nothing = application.searcher.search(SearchRequest("zeppelin -garden", SearchMode.KEYWORD))
    assert (nothing.total, nothing.notices) == (0, ())
