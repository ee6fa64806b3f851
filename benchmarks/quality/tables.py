"""The tables of docs/quality.md, from figures by model, set and store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from benchmarks.quality.kept import Kept
from benchmarks.quality.sets import CMRC, CROSS_LANGUAGE, MUSIQUE, RGB, SCIFACT, SETS
from benchmarks.report_tables import judged
from searchapp.embedding.models import MULTILINGUAL, PACKAGED

MOST_APART = 0.015
OTHERS = ("keyword", "semantic", "plain")


class Target(NamedTuple):
    """The least nDCG@10 of a model's ranking on a set, on both stores."""

    model: str
    ranking: str
    name: str
    least: float


TARGETS = (
    Target(MULTILINGUAL, "semantic", RGB, 0.75),
    Target(MULTILINGUAL, "semantic", CMRC, 0.90),
    Target(MULTILINGUAL, "hybrid", RGB, 0.775),
    Target(MULTILINGUAL, "hybrid", MUSIQUE, 0.70),
    Target(MULTILINGUAL, "hybrid", SCIFACT, 0.735),
    *(Target(MULTILINGUAL, ranking, name, 0.5) for name in CROSS_LANGUAGE for ranking in ("semantic", "hybrid")),
    Target(PACKAGED, "hybrid", SCIFACT, 0.735),
)


def tables(kept: Kept) -> str:
    """Rankings beside each other, targets, recall, and hybrid search by setting."""
    return "\n\n".join("\n".join(table(kept)) for table in (_rankings, _targets, _recall, _settings))


def _rows(kept: Kept) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Set, model, store and figures, models below each other."""
    for name in SETS:
        for model, sets in kept.items():
            for store, figures in sets.get(name, {}).items():
                yield name, model, store, figures


def _rankings(kept: Kept) -> Iterator[str]:
    head = "| set (queries) | model | store | keyword | semantic | plain RRF | hybrid"
    yield f"{head} | against plain, p | above all three |"
    yield "|---" * 9 + "|"
    for name, model, store, of in _rows(kept):
        ndcg, lead = of["ndcg"], _lead(of)
        cells = " | ".join(f"{ndcg[ranking]:.4f}" for ranking in (*OTHERS, "hybrid"))
        yield (
            f"| {name} ({of['queries']:,}) | {model} | {store} | {cells} "
            f"| {ndcg['hybrid'] - ndcg['plain']:+.4f}, {of['p']:.4f} | {'yes' if lead > 0 else 'no'}, {lead:+.4f} |"
        )


def _targets(kept: Kept) -> Iterator[str]:
    yield "| target | model | where it stands | |"
    yield "|---" * 4 + "|"
    for model, ranking, name, least in TARGETS:
        reached = {store: of["ndcg"][ranking] for store, of in kept.get(model, {}).get(name, {}).items()}
        stands = ", ".join(f"{value:.4f} ({store})" for store, value in reached.items()) or "-"
        verdict = judged(all(value >= least for value in reached.values())) if reached else "not measured"
        yield f"| {ranking} at least {least:g} on {name} | {model} | {stands} | {verdict} |"
    for model, sets in kept.items():
        leads = {f"{name}, {store}": _lead(of) for name, stores in sets.items() for store, of in stores.items()}
        apart = {name: _apart(stores) for name, stores in sets.items() if len(stores) == 2}
        worst = min(leads, key=leads.__getitem__)
        yield (
            f"| hybrid above both retrievers and plain RRF on every set | {model} "
            f"| {sum(lead > 0 for lead in leads.values())} of {len(leads)}; least {leads[worst]:+.4f} ({worst}) "
            f"| {judged(leads[worst] > 0)} |"
        )
        if apart:
            worst = max(apart, key=lambda name: abs(apart[name]))
            yield (
                f"| the stores at most {MOST_APART} apart on every set | {model} "
                f"| {apart[worst]:+.4f} ({worst}, hybrid, Elasticsearch less LanceDB) "
                f"| {judged(abs(apart[worst]) <= MOST_APART)} |"
            )


def _recall(kept: Kept) -> Iterator[str]:
    yield "| recall@100 | model | store | keyword | semantic | hybrid |"
    yield "|---" * 6 + "|"
    for name, model, store, of in _rows(kept):
        cells = " | ".join(f"{of['recall'][ranking]:.4f}" for ranking in ("keyword", "semantic", "hybrid"))
        yield f"| {name} | {model} | {store} | {cells} |"


def _settings(kept: Kept) -> Iterator[str]:
    weights = sorted({weight for _, _, _, of in _rows(kept) for weight in of["weights"]}, key=float)
    yield f"| hybrid by setting | model | store | RRF | {' | '.join(weights)} |"
    yield "|---" * (4 + len(weights)) + "|"
    for name, model, store, of in _rows(kept):
        cells = " | ".join(f"{of['weights'][weight]:.4f}" if weight in of["weights"] else "-" for weight in weights)
        yield f"| {name} | {model} | {store} | {of['ndcg']['rrf']:.4f} | {cells} |"


def _lead(figures: Mapping[str, Any]) -> float:
    ndcg = figures["ndcg"]
    return float(ndcg["hybrid"] - max(ndcg[other] for other in OTHERS))


def _apart(stores: Mapping[str, Any]) -> float:
    elasticsearch, lancedb = (stores[store]["ndcg"]["hybrid"] for store in ("Elasticsearch", "LanceDB"))
    return float(elasticsearch - lancedb)
