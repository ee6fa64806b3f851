"""scripts/install.py chooses PyTorch's build by the machine and by what answers, and keeps to its choice.

PyTorch's own index is not reached by everybody who runs this, so ``uv`` is a fake here: a program that notes what it is
told and fails where it is told to. That the real one does what it is told, CI's own installation shows.
"""

from __future__ import annotations

import importlib.util
import os
import stat
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "install.py"
FAKE_UV = """#!/bin/sh
# A fake: each line of the file "fails" is a word; what has it among its arguments fails.
echo "bytecode=$UV_COMPILE_BYTECODE $@" >> "{folder}/calls"
while read -r word; do case " $* " in *" $word "*) exit 2 ;; esac; done < "{folder}/fails"
"""


class Machine:
    """A machine with a fake uv; ``gone`` says what is not answered."""

    def __init__(self, folder: Path, script: ModuleType) -> None:
        self.folder, self.script = folder, script
        (folder / "bin").mkdir()
        self.gone()
        uv = folder / "bin" / "uv"
        uv.write_text(FAKE_UV.format(folder=folder))
        uv.chmod(uv.stat().st_mode | stat.S_IXUSR)

    def gone(self, *words: str) -> None:
        (self.folder / "fails").write_text("".join(f"{word}\n" for word in words))

    def install(self, *extras: str) -> tuple[int, str]:
        """Exit code, and what uv was told to install with (the last call)."""
        code = self.script.Environment(self.folder).install(list(extras))
        return code, (self.folder / "calls").read_text().splitlines()[-1]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    spec = importlib.util.spec_from_file_location("install_script", SCRIPT)
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(script, "DRIVER", tmp_path / "driver")
    monkeypatch.setattr(script.sys, "platform", "linux")
    monkeypatch.delenv("UV_TORCH_BACKEND", raising=False)
    return Machine(tmp_path, script)


def test_without_a_driver_the_build_for_processors_is_taken(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    code, told = machine.install("multilingual", "mcp")
    assert code == 0
    assert "--torch-backend=cpu" in told and "bytecode=1" in told and told.endswith("[multilingual,mcp]")
    assert "--constraint" in told
    assert capfd.readouterr().out == ""


def test_where_its_index_does_not_answer_pypi_has_one_and_it_is_said_once(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.gone("--torch-backend=cpu")
    code, told = machine.install("multilingual")
    assert code == 0
    assert "--torch-backend" not in told and "--override" in told and "without-gpu.txt" in told
    said = capfd.readouterr().out
    assert said.count("\n") == 1 and "does not answer" in said and "GB on disk" in said
    code, told = machine.install("dev")
    assert code == 0
    assert "without-gpu.txt" in told, "what tests must not bring back what was left out"
    assert capfd.readouterr().out == ""


def test_an_index_that_ends_halfway_is_left_too(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    (machine.folder / ".torch").write_text("cpu")  # it answered when it was asked
    machine.gone("--torch-backend=cpu")
    code, told = machine.install("multilingual")
    assert code == 0
    assert "without-gpu.txt" in told
    assert "does not answer" in capfd.readouterr().out
    assert (machine.folder / ".torch").read_text() == "pypi-cpu"


def test_what_fails_otherwise_fails_and_nothing_is_kept(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    machine.gone("--editable")  # a full disk, say: the index itself answers
    code, told = machine.install("multilingual")
    assert code == 2
    assert "--torch-backend=cpu" in told, "no second try with another build"
    assert capfd.readouterr().out == ""
    assert not (machine.folder / ".torch").exists()


def test_with_a_driver_uv_finds_the_build_that_suits_it(machine: Machine) -> None:
    (machine.folder / "driver").mkdir()
    assert "--torch-backend=auto" in machine.install("multilingual")[1]


def test_with_a_driver_and_no_index_nothing_is_left_out(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    (machine.folder / "driver").mkdir()
    machine.gone("--torch-backend=auto")
    told = machine.install("multilingual")[1]
    assert "--torch-backend" not in told and "--override" not in told
    assert "whatever this machine's driver is" in capfd.readouterr().out


@pytest.mark.parametrize("how", ["macOS", "asked for"])
def test_elsewhere_and_where_it_is_asked_for_uv_decides(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "macOS":
        monkeypatch.setattr(machine.script.sys, "platform", "darwin")
    else:
        monkeypatch.setenv("UV_TORCH_BACKEND", "cu128")
    told = machine.install("multilingual")[1]
    assert "--torch-backend" not in told and "--override" not in told
    assert (machine.folder / "calls").read_text().count("\n") == 1, "nothing is asked of an index that is not used"


def test_a_pytorch_that_is_installed_does_not_pass_for_an_index_that_answers(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real uv, which is content with what is installed unless it is told to ask again."""
    assert importlib.util.find_spec("torch") and (Path(sys.prefix) / "bin" / "uv").exists()
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing listens there
    monkeypatch.setenv("UV_CACHE_DIR", str(machine.folder / "cache"))
    assert not machine.script.Environment(Path(sys.prefix))._has("cpu")


def test_asking_the_index_is_short(machine: Machine) -> None:
    (machine.folder / "bin" / "uv").write_text(f'#!/bin/sh\nenv > "{machine.folder}/env"\n')
    machine.script.Environment(machine.folder)._has("cpu")
    env = dict(line.split("=", 1) for line in (machine.folder / "env").read_text().splitlines() if "=" in line)
    assert env["UV_HTTP_RETRIES"] == "0" and int(env["UV_HTTP_TIMEOUT"]) <= 10
    assert env["PATH"] == os.environ["PATH"]
