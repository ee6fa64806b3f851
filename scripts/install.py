"""Installs searchapp with some of its extras into a virtual environment.

    python scripts/install.py .venv multilingual mcp

PyTorch prepares a model once and computes on GPUs; a machine without one takes its build for processors, which makes
the whole a third as large. Only PyTorch's own index has that build. Where it does not answer, PyPI's is taken, less
what serves a GPU alone, and that is said.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

if not (3, 11) <= sys.version_info < (3, 15):
    sys.exit("searchapp needs Python 3.11 to 3.14; name one: make PYTHON=python3.12 ...")

ROOT = Path(__file__).parents[1]
WITHOUT_GPU = ROOT / "scripts" / "without-gpu.txt"
DRIVER = Path("/proc/driver/nvidia")

BUILDS = {
    "cpu": ["--torch-backend=cpu"],
    "gpu": ["--torch-backend=auto"],
    "pypi-cpu": ["--override", str(WITHOUT_GPU)],
    "pypi": [],
}
"""What uv is told, by which build of PyTorch it is to take."""

FALLS_BACK = {"cpu": "pypi-cpu", "gpu": "pypi"}
"""To PyPI's build, where PyTorch's own index does not have the one that is wanted."""

SAID = {
    "cpu": "PyTorch's index does not answer, so its build with CUDA comes from PyPI: 5.5 GB on disk, not about 2.2.",
    "gpu": "PyTorch's index does not answer, so its newest build comes from PyPI, whatever this machine's driver is.",
}

QUICKLY = {"UV_HTTP_CONNECT_TIMEOUT": "5", "UV_HTTP_TIMEOUT": "10", "UV_HTTP_RETRIES": "0"}
"""For asking whether an index answers; what is then downloaded has uv's own patience."""
PROBE_SECONDS = 30


class Environment:
    """A virtual environment with uv in it, made where there is none."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "bin" / "python"
        self._choice = folder / ".torch"
        if not (folder / "bin" / "uv").exists():
            failed = run(sys.executable, "-m", "venv", folder)
            failed = failed or run(self.python, "-m", "pip", "install", "--quiet", "uv>=0.9")
            if failed:
                sys.exit(failed)
        self._uv = [folder / "bin" / "uv", "pip", "install", "--python", self.python]
        self._uv += ["--constraint", ROOT / "constraints.txt"]
        if not sys.stderr.isatty():  # a terminal is shown how far it is
            self._uv.append("--quiet")

    def install(self, extras: list[str]) -> int:
        """Install searchapp, editable; compiled to bytecode, a first command takes half the processor time."""
        build = self._choice.read_text() if self._choice.exists() else self._build()
        code = self._installed(build, extras)
        if code and build in FALLS_BACK and not self._has(build):  # it answered when it was asked, and no longer
            build = fall_back(build)
            code = self._installed(build, extras)
        if not code:  # kept, so that another extra does not bring another build
            self._choice.write_text(build)
        return code

    def _installed(self, build: str, extras: list[str]) -> int:
        what = ["--editable", f"{ROOT}[{','.join(extras)}]"]
        return run(*self._uv, *BUILDS[build], *what, env={"UV_COMPILE_BYTECODE": "1", **os.environ})

    def _build(self) -> str:
        if sys.platform != "linux" or "UV_TORCH_BACKEND" in os.environ:  # which uv itself heeds
            return "pypi"
        build = "gpu" if DRIVER.exists() else "cpu"
        return build if self._has(build) else fall_back(build)

    def _has(self, build: str) -> bool:
        """Whether PyTorch's index answers and has the version that constraints.txt pins."""
        # A PyTorch that is installed satisfies uv without asking anybody, so one is asked for again.
        probe = [*self._uv, *BUILDS[build], "--quiet", "--dry-run", "--reinstall", "--no-deps", "torch"]
        try:
            return run(*probe, env={**os.environ, **QUICKLY}, stderr=subprocess.DEVNULL, timeout=PROBE_SECONDS) == 0
        except subprocess.TimeoutExpired:
            return False


def run(*command: str | Path, **how: Any) -> int:
    """The exit code of a command; what it says is shown."""
    return subprocess.run(command, check=False, **how).returncode  # noqa: S603


def fall_back(build: str) -> str:
    """Say what is taken instead of ``build``, and return it."""
    print(SAID[build], flush=True)  # noqa: T201
    return FALLS_BACK[build]


if __name__ == "__main__":
    sys.exit(Environment(Path(sys.argv[1])).install(sys.argv[2:]))
