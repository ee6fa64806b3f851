"""From nothing to a cited answer and back: each test goes on from where the one before it left the stack."""

import json
import re

import httpx
import pytest
from packaging.utils import canonicalize_name

from searchapp import __version__
from tests.stack.rehearsed import Stack, pdf, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

LIGHTHOUSE = "The lighthouse of Skerryvale is painted vermilion every seventh spring."
KEY = "/run/searchapp/searchapp_elasticsearch_api_key"


def test_what_is_wrong_is_told_before_anything_starts(stack: Stack) -> None:
    done = stack.compose("up", "--detach", "--wait", check=False, STACK_LEAST_DISK_MB="999999999")
    assert done.returncode != 0
    assert 'service "preflight" didn\'t complete successfully: exit 1' in done.stdout
    said = stack.logs("preflight")
    stack.say(said)
    assert "MB are free where Docker keeps its volumes; images, models and indices want 999999999 MB" in said
    assert "The stack was not started. Put this right, then run docker compose up again." in said
    assert {one["Service"] for one in stack.containers() if one["State"] == "running"} == set()


def test_volumes_that_cannot_be_written_are_told(stack: Stack) -> None:
    volumes = [f"--volume={stack.documents}:/volumes/{name}:ro" for name in ("data", "models", "keys")]
    root = ("--user=0:0", "--network=none", "--env=STACK_ALLOW_LOW_MAP_COUNT=1", "--env=STACK_LEAST_DISK_MB=1")
    run = ("docker", "run", "--rm", *root, *volumes, "--entrypoint=preflight", "searchapp:local")
    done = stack.engine.run(*run, check=False)
    assert done.returncode == 1
    assert "The volume data cannot be written, not even by root." in done.stdout


def test_from_nothing_to_a_page(stack: Stack) -> None:
    stack.up()
    states = {one["Service"]: (one["State"], one["Health"] or one["ExitCode"]) for one in stack.containers()}
    assert states == {
        **dict.fromkeys(("preflight", "ollama-pull", "setup"), ("exited", 0)),
        **dict.fromkeys(("elasticsearch", "ollama", "redis", "web", "worker"), ("running", "healthy")),
    }
    with stack.page as page:
        assert "<title>" in page.get("/").raise_for_status().text
        assert page.get("/", headers={"Host": "evil.example"}).status_code == 403
    stack.first("山屋什么时候开放", "/usr/share/searchapp/samples/guests/")


def test_the_image_says_what_it_is_and_what_it_consists_of(stack: Stack) -> None:
    (web,) = (one["Name"] for one in stack.containers() if one["Service"] == "web")
    labels = json.loads(stack.inspected(web, "{{json .Config.Labels}}"))
    named = {name: labels[f"org.opencontainers.image.{name}"] for name in ("title", "version", "licenses")}
    assert named == {"title": "searchapp", "version": __version__, "licenses": "Apache-2.0"}
    inside = ("exec", "--no-TTY", "web")
    bill = json.loads(stack.compose(*inside, "cat", "/usr/share/searchapp/sbom.cdx.json").stdout)
    asked = "from importlib.metadata import distributions as d; print(*(f'{one.name}=={one.version}' for one in d()))"
    listed = stack.compose(*inside, "python", "-c", asked).stdout.split()
    installed = {canonicalize_name(name): version for name, _, version in (one.partition("==") for one in listed)}
    assert {one["name"]: one["version"] for one in (*bill["components"], bill["metadata"]["component"])} == installed


def test_no_container_has_a_right_that_it_does_not_need(stack: Stack) -> None:
    for one in stack.containers():
        template = "{{json .HostConfig.CapDrop}} {{json .HostConfig.SecurityOpt}} {{.HostConfig.ReadonlyRootfs}}"
        wanted = f'["ALL"] ["no-new-privileges:true"] {str(one["Service"] != "elasticsearch").lower()}'
        assert stack.inspected(one["Name"], template) == wanted, one["Service"]
    for service in ("web", "worker", "redis", "ollama", "elasticsearch"):
        status = stack.compose("exec", "--no-TTY", service, "cat", "/proc/1/status").stdout
        assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE) and re.search(r"^NoNewPrivs:\s+1$", status, re.M), (
            service
        )
    size = stack.compose("exec", "--no-TTY", "web", "df", "-m", "--output=size", "/tmp").stdout.split()
    assert size[-1] == "640"
    fill = ("exec", "--no-TTY", "web", "dd", "if=/dev/zero", "of=/tmp/full", "bs=1M", "count=700")
    assert "No space left on device" in stack.compose(*fill, check=False).stdout
    stack.compose("exec", "--no-TTY", "web", "rm", "/tmp/full")


def test_redis_answers_who_knows_its_password_alone(stack: Stack) -> None:
    def redis(*said: str, service: str = "redis") -> str:
        return stack.compose("exec", "--no-TTY", service, *said, check=False).stdout

    assert "NOAUTH" in redis("redis-cli", "ping") and "NOAUTH" in redis("redis-cli", "flushall")
    assert "WRONGPASS" in redis("redis-cli", "-a", "wrong", "ping")
    address = redis("cat", "/run/searchapp/searchapp_redis_url", service="worker").strip().splitlines()[-1]
    password = address.removeprefix("redis://:").partition("@")[0]
    assert len(password) == 48
    for one in stack.containers():
        assert password not in stack.inspected(one["Name"], "{{json .Config}} {{json .Args}}")
    assert password not in stack.logs()
    assert password not in redis("cat", "/proc/1/cmdline")
    for service, place in (("web", "/run/redis"), ("redis", "/run/searchapp"), ("redis", "/run/admin")):
        assert "No such file" in redis("ls", place, service=service)


def test_the_image_embeds_with_the_model_that_it_carries(stack: Stack) -> None:
    prepares = ("torch", "sentence_transformers", "transformers", "nncf")
    looks = f"from importlib.util import find_spec; print([name for name in {prepares} if find_spec(name)])"
    for service in ("web", "worker"):
        assert stack.compose("exec", "--no-TTY", service, "python", "-c", looks).stdout.strip().endswith("[]")
    there = stack.compose(
        "exec", "--no-TTY", "web", "find", "/usr/share/searchapp/models", "/data", "-name", "model.json"
    )
    (carried,) = there.stdout.split()
    assert carried.startswith("/usr/share/searchapp/models/"), "nothing was prepared again"


def test_an_uploaded_pdf_is_found_and_answered_from(stack: Stack) -> None:
    document = stack.upload("lighthouses.pdf", pdf("Lighthouses of the north.", LIGHTHOUSE))
    stack.indexed(document)  # by the worker: the web process only queues where there is a Redis
    hit = stack.first("which lighthouse is painted vermilion")
    assert (hit["document_id"], hit["page"]) == (document, 2)

    events = stack.ask("When is the lighthouse of Skerryvale painted?")
    (done,) = events["done"]
    stack.say(f"asked: {len(events['token'])} tokens of {done['model']} streamed: {done['answer'][:100]!r}")
    assert done["model"] == "smollm2" and not done["extractive"] and len(events["token"]) > 2

    # The model that can be had here is too small to cite, so what is cited is quoted, as where no chat model is there yet.
    question = [
        "searchapp",
        "ask",
        "When is the lighthouse of Skerryvale painted?",
        "--model",
        "absent",
        "--size",
        "1",
        "--json",
    ]
    said = stack.compose("exec", "--no-TTY", "web", *question).stdout
    answer = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    stack.say(
        f"answered: {answer['answer']!r}, citing {answer['citations'][0]['source']} page {answer['citations'][0]['page']}"
    )
    assert LIGHTHOUSE.rstrip(".") in answer["answer"]
    assert answer["citations"][0]["page"] == 2 and answer["citations"][0]["source"].endswith("lighthouses.pdf")


def test_a_folder_of_this_machine_is_ingested(stack: Stack) -> None:
    (stack.documents / "tides.md").write_text("# Tides\n\nThe harbour of Quillmouth dries at low water.\n")
    stack.compose("exec", "--no-TTY", "web", "searchapp", "ingest", "--queue", "/documents")
    stack.first("Quillmouth harbour", "/documents/tides.md")


def test_web_and_worker_hold_a_key_that_may_do_little(stack: Stack) -> None:
    server = f"http://127.0.0.1:{stack.elasticsearch_port}"
    assert httpx.get(f"{server}/_cluster/health").status_code == 401
    key = stack.compose("exec", "--no-TTY", "worker", "cat", KEY).stdout.strip().splitlines()[-1]
    client = httpx.Client(base_url=server, headers={"Authorization": f"ApiKey {key}"})
    assert client.get("/_cluster/health").status_code == 200
    assert client.delete("/searchapp-chunks-000001").status_code == 403
    assert client.put("/_index_template/other", json={"index_patterns": ["other"]}).status_code == 403
    for service in ("web", "worker"):
        assert stack.compose("exec", "--no-TTY", service, "id", "-u").stdout.strip().endswith("10001")
        assert stack.compose("exec", "--no-TTY", service, "touch", "/usr/x", check=False).returncode != 0
        assert stack.compose("exec", "--no-TTY", service, "ls", "/run/admin", check=False).returncode != 0


def test_published_on_a_network_without_a_login_it_does_not_serve(stack: Stack) -> None:
    bare = ("run", "--rm", "--no-deps", "--env", "SEARCHAPP_PUBLISHED_HOST=0.0.0.0", "web")
    done = stack.compose(*bare, check=False)
    assert done.returncode == 2
    assert "Serving on 0.0.0.0 would open every document" in done.stdout.replace("\n", " ")


def test_a_model_that_cannot_be_fetched(stack: Stack) -> None:
    bare = ("run", "--rm", "--no-deps", "--no-TTY")
    done = stack.compose(*bare, "--env", "EMBEDDING_MODEL=ollama:absent", "ollama-pull", check=False)
    assert done.returncode == 1
    assert "The embedding model absent could not be fetched" in done.stdout
    done = stack.compose(*bare, "--env", "LLM=ollama:absent", "ollama-pull", check=False)
    assert done.returncode == 0
    assert "answers are quoted, not written" in done.stdout


def test_more_workers_and_a_killed_one(stack: Stack) -> None:
    stack.up("--scale", "worker=2")
    workers = [one["Name"] for one in stack.containers() if one["Service"] == "worker"]
    assert len(workers) == 2
    documents = [stack.upload(f"{n}.pdf", pdf(f"Beacon number {n} stands on the north shore.")) for n in range(4)]
    victims = [workers[0], next(one["Name"] for one in stack.containers() if one["Service"] == "web")]
    for victim in victims:
        stack.kill(victim)
    for victim in victims:
        until(
            lambda one=victim: stack.inspected(one, "{{.RestartCount}} {{.State.Health.Status}}"),
            lambda seen: seen == "1 healthy",
        )
        stack.say(f"{victim} came back: healthy")
    for document in documents:
        stack.indexed(document)


def test_down_and_up_again_loses_nothing_and_does_nothing_twice(stack: Stack) -> None:
    with stack.page as page:
        before = page.get("/api/documents", params={"size": 100}).json()["documents"]
    key = stack.compose("exec", "--no-TTY", "web", "cat", KEY).stdout
    stack.compose("down")
    assert stack.containers() == []
    stack.up()
    with stack.page as page:
        after = page.get("/api/documents", params={"size": 100}).json()["documents"]
    assert sorted(map(str, after)) == sorted(map(str, before))
    assert len(after) == 9 + 1 + 1 + 4  # samples, the PDF, the folder's, and those of the killed worker
    assert stack.compose("exec", "--no-TTY", "web", "cat", KEY).stdout == key
    said = stack.logs("setup", "ollama-pull", "preflight")
    assert "the key of web and worker is in force" in said and "smollm2 is here" in said
    assert "indexed " not in said and "made the" not in said
    assert stack.first("which lighthouse is painted vermilion")["page"] == 2
