"""That text leaves the machine is said: by commands, the doctor, and never where it stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.doctor import diagnose
from searchapp.embedding.server_memory import SentTokens
from searchapp.openai_api.leaving import leaving
from searchapp.redaction import redactor
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.cli.shell import Shell
from tests.services.fake_openai import KEY, FakeOpenAI, serving

SMALL = "openai:text-embedding-3-small"


@pytest.mark.parametrize(
    "url", ["http://localhost:8000/v1", "http://127.0.0.1/v1", "http://127.9.9.9:1/v1", "https://[::1]:8000/v1"]
)
def test_a_server_on_this_machine_is_nobody_elses_business(url: str) -> None:
    assert leaving(load_settings(embedding_model=SMALL, openai_base_url=url)) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.openai.com/v1", "api.openai.com"),
        ("https://ada:hunter2hunter2@gpu.lan:8443/v1/", "gpu.lan:8443"),
        ("https://localhost.example.org/v1", "localhost.example.org"),
        ("https://127.0.0.1.example.org/v1", "127.0.0.1.example.org"),
        ("https://[2001:db8::1]:8000/v1", "[2001:db8::1]:8000"),
    ],
)
def test_another_host_is_named_and_nothing_else_of_its_address(url: str, host: str) -> None:
    leaves = leaving(load_settings(embedding_model=SMALL, openai_base_url=url))
    assert leaves is not None and leaves.host == host and f"sent to {host} to be embedded." in str(leaves.sentence)
    assert "hunter2" not in str(leaves.sentence) and "cost" not in str(leaves.sentence)


def test_a_readable_connection_and_a_price_are_said() -> None:
    leaves = leaving(load_settings(embedding_model=SMALL, openai_base_url="http://gpu.lan/v1", embedding_price=0.13))
    assert leaves is not None
    assert str(leaves.sentence).endswith(
        "sent to gpu.lan to be embedded, unencrypted. A million tokens cost 0.13 there."
    )


def test_other_models_send_nothing_there() -> None:
    assert leaving(load_settings(openai_base_url="https://api.openai.com/v1", openai_api_key=KEY)) is None


def test_the_key_comes_from_the_folder_of_secrets_and_is_hidden_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "searchapp_openai_api_key").write_text(f"{KEY}\n", encoding="utf-8")
    monkeypatch.setenv("SEARCHAPP_SECRETS_DIR", str(tmp_path))
    settings = load_settings()
    assert settings.openai_api_key.get_secret_value() == KEY
    assert KEY not in redactor(settings)(f"refused: {KEY}") and KEY not in repr(settings)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[Shell, FakeOpenAI]]:
    """A shell whose model is served, as far as it can tell, by another machine: 0.0.0.0 leads to the fake."""
    with serving() as fake:
        shell = Shell(tmp_path)
        url = fake.url.replace("127.0.0.1", "0.0.0.0")
        shell.environment |= {
            "SEARCHAPP_EMBEDDING_MODEL": SMALL,
            "SEARCHAPP_OPENAI_BASE_URL": url,
            "SEARCHAPP_OPENAI_API_KEY": KEY,
            "SEARCHAPP_EMBEDDING_PRICE": "1000",
            "SEARCHAPP_PATIENCE_SECONDS": "0",
            "NO_PROXY": "0.0.0.0",
        }
        (tmp_path / "gloves.md").write_text("# Press shop\n\nOperators must wear cut-resistant gloves.\n")
        yield shell, fake


@pytest.mark.slow
def test_commands_and_the_doctor_say_it_and_json_stays_json(elsewhere: tuple[Shell, FakeOpenAI]) -> None:
    shell, _ = elsewhere
    said = "leaves this machine: it is sent to 0.0.0.0:"
    ingested = shell("ingest", "gloves.md")
    assert ingested.returncode == 0 and ingested.stderr.count(said) == 1 and said not in ingested.stdout
    for command in (["search", "gloves"], ["ask", "Which gloves must operators wear?"]):
        assert shell(*command).stderr.count(said) == 1
        assert said not in shell(*command, "--json").stderr
    assert said not in shell("search", "gloves", "--mode", "keyword").stderr
    told = shell("doctor").stdout
    assert said in told and "tokens were sent to 0.0.0.0:" in told and "at the set price" in told
    assert KEY not in told + ingested.stderr


@pytest.mark.slow
def test_an_ingestion_whose_answers_lie_writes_nothing(elsewhere: tuple[Shell, FakeOpenAI]) -> None:
    shell, fake = elsewhere
    assert shell("ingest", "gloves.md").returncode == 0
    (shell.folder / "pump.md").write_text("The pump is serviced in May.\n", encoding="utf-8")
    fake.lie = lambda answer: {**answer, "data": [{**one, "embedding": [0.0] * 1536} for one in answer["data"]]}
    failed = shell("ingest", "pump.md")
    assert failed.returncode == 1 and "without a direction" in failed.stderr and "Traceback" not in failed.stderr
    fake.lie = lambda answer: answer
    found = shell("search", "pump gloves", "--mode", "keyword").stdout
    assert "gloves" in found and "pump is serviced" not in found
    assert shell("ingest", "pump.md").returncode == 0
    assert "pump is serviced" in shell("search", "pump serviced").stdout


def test_the_doctor_counts_also_when_the_server_is_away(tmp_path: Path) -> None:
    SentTokens(tmp_path).add("api.invalid", "m", 2_500_000)
    application = Application(
        load_settings(
            data_dir=tmp_path,
            embedding_model="openai:m",
            openai_base_url="https://api.invalid/v1",
            embedding_price=0.02,
            ollama_url="http://127.0.0.1:9",
        )
    )
    found = [one.message for one in diagnose(application) if one.check == "embedding model"]
    assert "2,500,000 tokens were sent to api.invalid until now, which cost 0.05 at the set price." in found
    assert any("No server of embeddings answers at api.invalid" in message for message in found)
