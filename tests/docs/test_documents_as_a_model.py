"""docs/how-to/documents-as-a-model.md: its Python runs as it stands there, with the official client."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.web.conftest import served

__all__ = ["served"]

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "documents-as-a-model.md").read_text(encoding="utf-8")
HANDBOOK = "# Press shop\n\nOperators must wear cut-resistant gloves of class D.\n"


def test_its_python_prints_an_answer_its_citations_and_their_support(
    tmp_path: Path, served: Callable[[object], str], capsys: pytest.CaptureFixture[str]
) -> None:
    application = Application(
        Settings(data_dir=tmp_path / "data", embedding_model="hashed:256", ollama_url="http://127.0.0.1:9")
    )
    (tmp_path / "gloves.md").write_text(HANDBOOK, encoding="utf-8")
    list(application.ingester.ingest([str(tmp_path / "gloves.md")]))
    address = served(application)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert "http://127.0.0.1:8080" in program
    exec(compile(program.replace("http://127.0.0.1:8080", address), "page", "exec"), {})
    printed = capsys.readouterr().out
    assert "cut-resistant gloves of class D. [1]" in printed
    assert re.search(rf"^\[1\] Press shop {re.escape(address)}/\?open=\w+&passage=\S+$", printed, re.M)
    assert "\nsupported Operators must wear" in printed
    assert printed.count("class D") > 2  # the follow-up's answer too
