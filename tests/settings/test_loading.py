"""Settings come from the environment, then searchapp.toml, then defaults; what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.settings import Fusion, load_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "searchapp.toml").write_text('port = 9001\nfusion = "rrf"\n', encoding="utf-8")
    monkeypatch.setenv("SEARCHAPP_PORT", "9002")
    assert load_settings().port == 9002
    assert load_settings().fusion is Fusion.RRF
    assert load_settings(port=9003).port == 9003


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SEARCHAPP_PORT", "0", "SEARCHAPP_PORT"),
        ("SEARCHAPP_ELASTICSEARCH_URL", "localhost:9200", "must start with http"),
        ("SEARCHAPP_FUSION", "magic", "SEARCHAPP_FUSION"),
        ("SEARCHAPP_INDEX_PREFIX", "Upper Case", "SEARCHAPP_INDEX_PREFIX"),
        ("SEARCHAPP_LLM_ANSWER_TOKENS", "4000", "at most half"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=message):
        load_settings()


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "searchapp.toml").write_text("port = = 1", encoding="utf-8")
    with pytest.raises(UsageError, match=r"searchapp\.toml cannot be read"):
        load_settings()


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHAPP_ELASTICSEARCH_API_KEY", "c2VjcmV0")
    assert "c2VjcmV0" not in repr(load_settings())


def test_a_secret_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "searchapp.toml").write_text('elasticsearch_api_key = "of the file"\n', encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "searchapp_elasticsearch_api_key").write_text("of the folder\n", encoding="utf-8")
    monkeypatch.setenv("SEARCHAPP_SECRETS_DIR", str(tmp_path / "secrets"))
    assert load_settings().elasticsearch_api_key.get_secret_value() == "of the folder"
    monkeypatch.setenv("SEARCHAPP_ELASTICSEARCH_API_KEY", "of the environment")
    assert load_settings().elasticsearch_api_key.get_secret_value() == "of the environment"


def test_a_folder_of_secrets_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "searchapp.toml").write_text('secrets_dir = "nowhere"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="SEARCHAPP_SECRETS_DIR"):
        load_settings()
