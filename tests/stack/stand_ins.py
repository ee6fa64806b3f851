"""Images under the names that docker-compose.yml and the Dockerfile ask for, made where none can be pulled.

Each is Debian with the real program in it: Elasticsearch's minimal distribution, Ollama, Debian's Redis, Debian's Python.
What the published images have and these lack is shown in docs/deploy.md.
"""

import os
import re
import shutil
from pathlib import Path

from tests.services import ServiceUnavailableError, cache, docker, elasticsearch, java, ollama, tools
from tests.services.docker import Engine

RECIPES = Path(__file__).parent / "recipes"
BASE = "searchapp-rehearsal-base"
IN_BASE = ("ca-certificates", "curl", "libstdc++6", "python3", "python3-pip", "redis-server")
DEBIAN_PACKAGES = ("mmdebstrap",)
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP_SETTINGS = Path("/etc/pip.conf")
# How this machine reaches the package registries, which the build of our image does too.
REGISTRIES = re.compile(r"(PIP|UV)_.*(INDEX|HOST|TIMEOUT).*|https?_proxy|no_proxy", re.IGNORECASE)


def names() -> dict[str, str]:
    """Recipe to the image's name, as docker-compose.yml has it."""
    compose = (Path(__file__).parents[2] / "docker-compose.yml").read_text(encoding="utf-8")
    found = re.findall(r"image: (\S*?(elasticsearch|ollama|redis):\S+)", compose)
    return {kind: name for name, kind in found} | {"python": f"python:{python_version()}-slim"}


def python_version() -> str:
    """The version of Debian's Python, which the Dockerfile is then asked to build on."""
    system = Path("/etc/os-release").read_text()
    return {"bookworm": "3.11", "trixie": "3.13"}[_codename(system)]


def make(engine: Engine, work: Path) -> None:
    """Make those that the engine has not; ``work`` is an empty folder. Raises ServiceUnavailableError."""
    if not engine.has(BASE):
        engine.run("docker", "import", base(), BASE)
    for kind, name in names().items():
        if engine.has(name):
            continue
        context = work / kind
        shutil.copytree(RECIPES / kind, context)
        _FILL.get(kind, lambda folder: None)(context)
        engine.run("docker", "build", "--quiet", "--network=none", "--tag", name, context)
        shutil.rmtree(context)


def base() -> Path:
    """A Debian of this machine's release as a tar file, made once into the cache; raises ServiceUnavailableError."""
    return cache.get(f"stack-base-{_codename(Path('/etc/os-release').read_text())}", _build_base) / "base.tar"


def obtain() -> str:
    """Do now what rehearsing would take long for; returns what it will use. Raises ServiceUnavailableError."""
    if os.geteuid() != 0:
        return "not rehearsed: it takes root"
    return f"{docker.obtain()}, {base()}, {elasticsearch.program()}, {ollama.program()}, {ollama.models()}"


def _build_base(into: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        tools.ensure_debian_packages(*DEBIAN_PACKAGES)
    tools.need("making a Debian to put into images", "mmdebstrap")
    release = _codename(Path("/etc/os-release").read_text())
    # A machine set back in time, as some of CI are, must still accept the lists.
    options = [f'--aptopt=Acquire::Check-{what} "false"' for what in ("Valid-Until", "Date")]
    include = f"--include={','.join(IN_BASE)}"
    tools.run(
        "making a Debian to put into images",
        ["mmdebstrap", "--quiet", "--variant=minbase", *options, include, release, into / "base.tar"],
    )


def _codename(system: str) -> str:
    found = re.search(r"^VERSION_CODENAME=(\w+)", system, re.MULTILINE)
    if not found or found[1] not in ("bookworm", "trixie"):
        raise ServiceUnavailableError("the stand-in images are made of Debian 12 or 13, on such a machine")
    return found[1]


def _fill_elasticsearch(context: Path) -> None:
    shutil.copytree(elasticsearch.program(), context / "elasticsearch", symlinks=True)
    leave_out = shutil.ignore_patterns("src.zip", "jmods", "man", "demo")
    shutil.copytree(
        java.jdk(elasticsearch.JAVA, readable_by_all=True), context / "jdk", symlinks=True, ignore=leave_out
    )


def _fill_ollama(context: Path) -> None:
    shutil.copy2(ollama.program(), context / "ollama")
    shutil.copytree(ollama.models(), context / "models")


def _fill_python(context: Path) -> None:
    shutil.copy2(CERTIFICATES, context / "ca-certificates.crt")
    settings = PIP_SETTINGS.read_text() if PIP_SETTINGS.is_file() else ""
    (context / "pip.conf").write_text(settings)
    known = {name: value for name, value in os.environ.items() if REGISTRIES.fullmatch(name)}
    lines = "".join(f"ENV {name}={value}\n" for name, value in known.items())
    with (context / "Dockerfile").open("a") as file:
        file.write(lines)


_FILL = {"elasticsearch": _fill_elasticsearch, "ollama": _fill_ollama, "python": _fill_python}
