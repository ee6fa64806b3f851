"""Groups are walls: what a member of one sees is what they would see if the other group did not exist.

Two groups act at random over the same few files and addresses, so that they meet in every way: equal bytes, equal names,
equal addresses, each other's ids. Then one group's acts alone are done again in a new world, and whatever it was answered
must be equal. The order of hits is left out: how rare a word is counts over the whole index (docs/access.md).
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.access import Scope
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application
from tests.sources.site import Site, serving

STEPS = 14
READ_WRITE = frozenset({Scope.READ, Scope.WRITE})
TEXTS = {
    "salaries.md": "---\ntags: [pay, board]\nauthor: Director\n---\n# Salaries\n\nThe director earns ninety thousand, and keeps a parrot.",
    "canteen.md": "---\ntags: [food, board]\nauthor: Cook\n---\n# Canteen\n\nThe canteen serves parrot fish at noon.",
    "薪资.md": "# 薪资\n\n主任的年薪是九万元，还养了一只鹦鹉。",
    "plan.txt": "The move to Lisbon is planned for June.",
    "broken.pdf": "%PDF-1.4 nothing that could be read",
}
PAGES = ("/", "/staff", "/prices", "/absent")
QUERIES = (
    "parot director",
    "鹦鹉 年薪",
    "move Lisbon June",
    "page says something",
    "tag:pay parrot",
    "field:author=Cook parrot",
)
ASKED = [("hybrid", "true"), ("keyword", "false"), ("semantic", "false")]
VOLATILE = frozenset({"updated", "queued", "started", "seconds", "took_ms", "modified"})
ORDERED = frozenset({"rank", "score", "scores", "legs", "weights"})


@dataclass
class Act:
    """What somebody does; ``target`` picks one of the documents that they see, or for strangers one that they do not."""

    name: str
    what: str = ""
    target: int = 0
    depth: int = 0


@dataclass
class World:
    """One installation with an open document, and the clients of two groups."""

    application: Application
    jobs: Jobs
    site: Flask
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    deleted: dict[str, list[str]] = field(default_factory=lambda: {"fin": [], "hr": []})

    def act(self, group: str, act: Act, stranger_ids: list[str], turn: int) -> object:
        """Do it, and return what was answered, and all that can be seen then but for what other turns ask."""
        return self._do(group, act, stranger_ids), self.seen(group, ASKED[turn % len(ASKED) :][:1])

    def _do(self, group: str, act: Act, stranger_ids: list[str]) -> object:
        mine = [one["id"] for one in self._listed(group)]
        chosen = mine[act.target % len(mine)] if mine else "nothing"
        match act.name:
            case "upload":
                answer = self._send(group, "POST", "/api/documents", data={"file": _file(act.what)})
            case "address":
                answer = self._send(group, "POST", "/api/documents", json={"url": act.what, "depth": act.depth})
            case "delete":
                answer = self._send(group, "DELETE", f"/api/documents/{chosen}")
                if answer[0] == 204:
                    self.deleted[group].append(chosen)
            case "restore":
                trash = self.deleted[group]
                answer = self._send(group, "POST", f"/api/documents/{trash.pop() if trash else 'nothing'}/restore")
            case "retry":
                answer = self._send(group, "POST", f"/api/documents/{chosen}/retry")
            case "judge":
                body = {"query": "parrot", "document_id": chosen, "grade": act.target % 2}
                answer = self._send(group, "POST", "/api/judgements", json=body)
            case _:
                answer = None
                self._trespass(group, stranger_ids)
        self.jobs.wait()
        self.application.store.refresh()
        return answer

    def _trespass(self, group: str, stranger_ids: list[str]) -> None:
        """Try everything on documents of the other group; it must be as if there were none."""
        for id_ in stranger_ids:
            for method, path, body in (
                ("GET", f"/api/documents/{id_}", None),
                ("GET", f"/documents/{id_}/file", None),
                ("GET", f"/api/documents/{id_}/passages", None),
                ("POST", f"/api/documents/{id_}/retry", None),
                ("POST", f"/api/documents/{id_}/restore", None),
                ("DELETE", f"/api/documents/{id_}", None),
                ("POST", "/api/judgements", {"query": "parrot", "document_id": id_, "grade": 0}),
                ("GET", f"/api/similar?passage={id_}:0", None),
                ("GET", f"/api/similar?passage={id_}", None),
                ("GET", f"/api/documents/{id_}/lines", None),
                ("GET", f"/api/grep?pattern=.&filter=document={id_}", None),
                ("POST", "/api/check", {"text": "The director earns much.", "filter": [f"document={id_}"]}),
                ("GET", f"/api/search?q=parrot&filter=document={id_}&facets=true", None),
            ):
                status, answer = self._send(group, method, path, json=body)
                nobodys = json.loads(json.dumps(body).replace(id_, "f" * 20))
                absent = self._send(group, method, path.replace(id_, "f" * 20), json=nobodys)
                assert (status, str(answer).replace(id_, "f" * 20)) == (absent[0], str(absent[1])), (method, path)

    def seen(self, group: str, asked: Sequence[tuple[str, str]] = ASKED) -> object:
        searches = [
            self._send(
                group, "GET", f"/api/search?q={query}&mode={mode}&facets=true&spelling=true&group={grouped}&size=50"
            )
            for query in QUERIES
            for mode, grouped in asked
        ]
        others = [
            self._send(group, "GET", path)
            for path in (
                "/api/complete?q=parr",
                "/api/complete?q=dire",
                "/api/judgements?q=parrot",
                "/api/grep?words=parrot&context=2",
                "/api/grep?pattern=鹦鹉|Lisbon",
                "/api/grep?pattern=.&per_document=0",
            )
        ]
        listed = self._listed(group)
        originals = [self._send(group, "GET", f"/documents/{one['id']}/file") for one in listed]
        return [listed, searches, others, originals]

    def ids(self, group: str) -> list[str]:
        """Of the documents that this group alone sees, the deleted ones too."""
        return [one["id"] for one in self._listed(group) if one["groups"]] + self.deleted[group]

    def _listed(self, group: str) -> list[dict[str, Any]]:
        status, answer = self._send(group, "GET", "/api/documents?size=200")
        assert status == 200, answer
        return sorted(answer["documents"], key=lambda one: str(one["id"]))

    def _send(self, group: str, method: str, path: str, **how: Any) -> tuple[int, Any]:
        response = self.clients[group].open(path, method=method, headers=self.headers[group], **how)
        text = response.get_data(as_text=True)
        try:
            answer = json.loads(text)
        except ValueError:
            answer = text
        response.close()
        return response.status_code, _stable(answer)


def _stable(value: Any) -> Any:
    """``value`` without times and places in an order."""
    if isinstance(value, dict):
        return {name: _stable(one) for name, one in value.items() if name not in VOLATILE | ORDERED}
    if isinstance(value, list):
        stable = [_stable(one) for one in value]
        return sorted(stable, key=lambda one: str(one["chunk_id"])) if _are_hits(stable) else stable
    return value


def _are_hits(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(one, dict) and "chunk_id" in one for one in values)


def _file(name: str) -> tuple[Any, str]:
    import io

    return io.BytesIO(TEXTS[name].encode()), name


@pytest.fixture(scope="module")
def other_site() -> Iterator[Site]:
    with serving() as site:
        site.page("/", "/staff", "/prices")
        site.page("/staff", "/")
        site.page("/prices")
        yield site


def begin(folder: Path, **settings: object) -> World:
    """A new world at ``folder``, whatever was there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    application = Application(
        Settings(
            data_dir=folder / "data",
            auth="required",
            embedding_model="hashed:128",
            allowed_networks="127.0.0.0/8",
            crawl_delay_seconds=0.0,
            requests_per_minute=1_000_000,
            **settings,
        )  # type: ignore[arg-type, call-arg]
    )
    (folder / "open.md").write_text("# Open\n\nEverybody may read of the parrot in the hall.", encoding="utf-8")
    list(application.ingester.ingest([str(folder / "open.md")]))
    jobs = Jobs(application)
    world = World(application, jobs, create_app(application, host="0.0.0.0", jobs=jobs))
    for group in ("fin", "hr"):
        _, key = application.access.keys.make(group, READ_WRITE, (group,))
        world.clients[group] = world.site.test_client()
        world.headers[group] = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
    return world


def acts(seed: int, base: str) -> list[tuple[str, Act]]:
    chance = random.Random(seed)
    names = (
        ["upload"] * 4 + ["address"] * 3 + ["delete"] * 3 + ["restore"] * 2 + ["retry", "judge", "judge", "trespass"]
    )

    def one() -> Act:
        name = chance.choice(names)
        what = chance.choice(list(TEXTS)) if name == "upload" else base + chance.choice(PAGES)
        return Act(name, what, chance.randrange(6), chance.randrange(2))

    return [(chance.choice(("fin", "hr")), one()) for _ in range(STEPS)]


def lived(world: World, steps: list[tuple[str, Act]]) -> dict[str, list[object]]:
    """What each group was answered and saw, step by step."""
    told: dict[str, list[object]] = {"fin": [], "hr": []}
    for group, act in steps:
        other = "hr" if group == "fin" else "fin"
        told[group].append(world.act(group, act, world.ids(other), len(told[group])))
    told["fin"].append(world.seen("fin"))
    told["hr"].append(world.seen("hr"))
    world.jobs.stop()
    return told


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 3))])
def test_what_one_group_sees_is_a_world_without_the_other(tmp_path: Path, other_site: Site, seed: int) -> None:
    steps = acts(seed, other_site.base)
    undo = 10.0 * (seed % 2)  # in every other world a deletion is for good
    both = lived(begin(tmp_path / "world", undo_minutes=undo), steps)
    for group in ("fin", "hr"):
        alone = lived(begin(tmp_path / "world", undo_minutes=undo), [step for step in steps if step[0] == group])
        for number, (with_others, without) in enumerate(zip(both[group], alone[group], strict=True)):
            assert with_others == without, f"{group}, step {number}"
