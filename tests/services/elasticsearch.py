"""A real Elasticsearch: the minimal distribution out of Maven, and a plugin with the analysis it lacks."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.services import ServiceUnavailableError, cache, process, tools
from tests.services.certificates import Certificates
from tests.services.java import is_readable_by_all, jdk

# "make test-8" wants 8.19.21.
WANTED_VERSION = os.environ.get("SEARCHAPP_TEST_ELASTICSEARCH_VERSION", "")
VERSION = WANTED_VERSION or "9.5.3"
JAVA = 21 if int(VERSION.split(".")[0]) >= 9 else 17
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
PLUGIN_SOURCES = Path(__file__).parent / "es_plugin"
PLUGIN_NAME = "searchapp-test-analysis"
UNPRIVILEGED_USER = "nobody"  # Elasticsearch refuses to run as root
START_SECONDS = 120.0
HEAP = "512m"
# No optimising compiler: a server that lives for minutes spends more on it than it gets back. What is measured wants
# it: without it vectors are compared some ten times as slowly.
SHORT_LIVED = "-XX:TieredStopAtLevel=1"

SETTINGS = {
    "cluster.name": "searchapp-tests",
    "cluster.routing.allocation.disk.threshold_enabled": False,  # a full disk fails no test
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "xpack.security.enabled": False,
}


def running() -> str | None:
    """The URL in SEARCHAPP_TEST_ELASTICSEARCH_URL; None when it is not set.

    Raises ServiceUnavailableError when that server does not answer.
    """
    url = os.environ.get("SEARCHAPP_TEST_ELASTICSEARCH_URL")
    if url and not _is_green(url, None, patience=30):  # other tests' new indices are yellow for a moment
        raise ServiceUnavailableError(f"no green Elasticsearch answers at {url}")
    return url


def start(
    port: int | None = None,
    settings: Mapping[str, object] | None = None,
    password: str | None = None,
    *,
    tls: Certificates | None = None,
    heap: str = HEAP,
    measured: bool = False,
) -> process.Server:
    """Start an empty single node on `port`, a free one by default; raises ServiceUnavailableError.

    `settings` go over the defaults. With `password`, the user `elastic`'s, security is on; with `tls` both layers are
    encrypted too. `measured`: it is as fast as it can be once it is warm, not soon. A snapshot repository of type `fs`
    may name any relative location; it goes away with the server.
    """
    home = program()
    user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
    java_home = None if (home / "jdk").exists() else jdk(JAVA, readable_by_all=user is not None)
    port = port or process.free_port()
    scratch = process.scratch_folder("elasticsearch", user)
    config, snapshots, temporary = scratch / "config", scratch / "snapshots", scratch / "tmp"
    shutil.copytree(home / "config", config, copy_function=shutil.copyfile)
    snapshots.mkdir()
    temporary.mkdir()
    env = {
        "ES_PATH_CONF": str(config),
        "ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap}" + ("" if measured else f" {SHORT_LIVED}"),
        "ES_TMPDIR": str(temporary),
        "HOME": str(scratch),
    }
    if java_home:
        env["ES_JAVA_HOME"] = str(java_home)
    if password:
        _set_password(home, env, password)
    security: dict[str, object] = {"xpack.security.enabled": True, "xpack.security.authc.api_key.enabled": True}
    if tls:
        for path in (tls.authority, tls.certificate, tls.key):
            shutil.copyfile(path, config / path.name)
        for layer in ("xpack.security.transport.ssl", "xpack.security.http.ssl"):
            security[f"{layer}.enabled"] = True
            security[f"{layer}.certificate"] = tls.certificate.name
            security[f"{layer}.key"] = tls.key.name
            security[f"{layer}.certificate_authorities"] = [tls.authority.name]
        # Every node shows the one certificate, so its name says nothing; that our authority signed it does.
        security["xpack.security.transport.ssl.verification_mode"] = "certificate"
    wanted = {
        **SETTINGS,
        "http.port": port,
        "path.data": str(scratch / "data"),
        "path.logs": str(scratch / "logs"),
        "path.repo": str(snapshots),
        **(security if password else {}),
        **(settings or {}),
    }
    lines = (f"{name}: {json.dumps(value)}\n" for name, value in wanted.items())
    (config / "elasticsearch.yml").write_text("".join(lines))
    if user:
        tools.run("handing over the configuration", ["chown", "-R", f"{user}:", str(scratch)])
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    return process.start(
        [home / "bin" / "elasticsearch"],
        url,
        scratch,
        env=env,
        ready=lambda: _is_green(url, password, tls=tls),
        timeout=START_SECONDS,
        user=user,
    )


def obtain() -> str:
    """Do now what `start` would take long for; returns what it will use. Raises ServiceUnavailableError."""
    return running() or str(program())


def program() -> Path:
    """The home of an installed Elasticsearch, unless a version is asked for, else of one made once into the cache.

    Raises ServiceUnavailableError.
    """
    if WANTED_VERSION:
        return cache.get(f"elasticsearch-{VERSION}-{_plugin_digest()}", _obtain)
    if named := os.environ.get("SEARCHAPP_TEST_ELASTICSEARCH_HOME"):
        return Path(named)
    if installed := shutil.which("elasticsearch"):
        return Path(installed).resolve().parents[1]
    return cache.get(f"elasticsearch-{VERSION}-{_plugin_digest()}", _obtain)


def _obtain(into: Path) -> None:
    if os.geteuid() == 0 and not is_readable_by_all(into.parent):
        raise ServiceUnavailableError(f"Elasticsearch does not run as root, others cannot read {into.parent}")
    tools.need("obtaining Elasticsearch", "mvn")
    java_home = jdk(JAVA, readable_by_all=False)
    download = into / "download"
    copy = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={download}"]
    tools.run("downloading Elasticsearch", copy)
    with zipfile.ZipFile(download / f"elasticsearch-{VERSION}.zip") as archive:
        archive.extractall(download)
    for part in (download / f"elasticsearch-{VERSION}").iterdir():
        part.rename(into / part.name)
    for script in (into / "bin").iterdir():
        script.chmod(0o755)  # a zip loses it
    plugin = _build_plugin(into, java_home, download)
    installer = str(into / "bin" / "elasticsearch-plugin")
    install = [installer, "install", "--batch", plugin.as_uri()]
    tools.run("installing the test plugin", install, {"ES_JAVA_HOME": str(java_home)})
    shutil.rmtree(download)


def _build_plugin(home: Path, java_home: Path, work: Path) -> Path:
    """Compile the plugin against the jars it will meet, and return it as a zip."""
    classes = work / "classes"
    flags = ["--release", str(JAVA), "-nowarn", "-cp", f"{home}/lib/*", "-d", str(classes)]
    sources = PLUGIN_SOURCES.glob("*.java")
    tools.run("compiling the test plugin", [java_home / "bin" / "javac", *flags, *sources])
    jar = work / "plugin.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for path in classes.rglob("*.class"):
            archive.write(path, path.relative_to(classes))
    descriptor = {
        "name": PLUGIN_NAME,
        "description": "Text analysis that the minimal distribution lacks.",
        "version": "1",
        "elasticsearch.version": VERSION,
        "java.version": str(JAVA),
    }
    plugin = work / "plugin.zip"
    with zipfile.ZipFile(plugin, "w") as archive:
        archive.write(jar, jar.name)
        archive.write(PLUGIN_SOURCES / "named_components.json", "named_components.json")
        lines = "".join(f"{name}={value}\n" for name, value in descriptor.items())
        archive.writestr("stable-plugin-descriptor.properties", lines)
    return plugin


def _plugin_digest() -> str:
    """A few letters that change with the plugin, so that a changed plugin is a new installation."""
    contents = b"".join(path.read_bytes() for path in sorted(PLUGIN_SOURCES.iterdir()) if path.is_file())
    return hashlib.sha256(contents).hexdigest()[:8]


def _set_password(home: Path, env: Mapping[str, str], password: str) -> None:
    """Put the first password of `elastic` where the node reads it at its first start."""
    keystore = home / "bin" / "elasticsearch-keystore"
    tools.run("creating the keystore", [keystore, "create"], env)
    tools.run("setting the password", [keystore, "add", "--stdin", "bootstrap.password"], env, typed=password)


def _is_green(url: str, password: str | None, patience: int = 0, tls: Certificates | None = None) -> bool:
    """Asks the cluster's health, waiting `patience` seconds for it: `GET /` is not in the minimal distribution."""
    auth = ("elastic", password) if password else None
    wait = {"wait_for_status": "green", "timeout": f"{patience}s"} if patience else {}
    try:
        trusted = tls.context() if tls else True
        answer = httpx.get(f"{url}/_cluster/health", params=wait, auth=auth, timeout=5 + patience, verify=trusted)
        return bool(answer.json()["status"] == "green")
    except (httpx.HTTPError, ValueError, KeyError):
        return False
