"""Prints what the searchapp of an environment consists of, as CycloneDX: ``python scripts/sbom.py .venv > sbom.json``.

Asks nobody: what is installed tells its name, version, licence and what it needs. What only develops and measures is
left out, and so is what is installed besides. The same environment gives the same file but for its date, which
SOURCE_DATE_EPOCH may say.
"""

import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License, LicenseAcknowledgement
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROGRAM = "searchapp"
DEVELOPERS = frozenset({"bench", "dev"})
"""Extras that bring nothing that runs."""
LONGEST_NAME = 100
"""Some distributions give the whole text as their licence's name."""


def sbom(environment: Path) -> str:
    """The bill as JSON. Raises LookupError where searchapp is not installed there."""
    folders = [str(one) for one in environment.glob("lib/python3*/site-packages")]
    installed = {canonicalize_name(one.name): one for one in distributions(path=folders)}
    if PROGRAM not in installed:
        raise LookupError(f"{PROGRAM} is not installed in {environment}.")
    needs: dict[str, set[str]] = {}
    extras = frozenset(installed[PROGRAM].metadata.get_all("Provides-Extra") or ()) - DEVELOPERS
    _walk(PROGRAM, extras, installed, needs, set())
    components = {name: _component(name, installed[name]) for name in sorted(needs)}
    bom = Bom(components=[one for name, one in components.items() if name != PROGRAM])
    bom.metadata.component = components[PROGRAM]
    bom.metadata.timestamp = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH") or _now()), UTC)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, " ".join(str(one.purl) for one in components.values()))
    for name, needed in needs.items():
        bom.register_dependency(components[name], [components[one] for one in sorted(needed)])
    return str(JsonV1Dot6(bom).output_as_string(indent=2))


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _walk(
    name: str,
    extras: frozenset[str],
    installed: Mapping[str, Distribution],
    needs: dict[str, set[str]],
    seen: set[tuple[str, frozenset[str]]],
) -> None:
    """Put into ``needs`` what ``name`` with these extras needs, and what that needs."""
    if (name, extras) in seen:
        return
    seen.add((name, extras))
    needed = needs.setdefault(name, set())
    for requirement in _requirements(installed[name], extras):
        other = canonicalize_name(requirement.name)
        if other in installed:  # not there: of an extra that was not asked for, or left out of the image
            if other != name:
                needed.add(other)
            _walk(other, frozenset(requirement.extras), installed, needs, seen)


def _requirements(one: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    for text in one.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
            yield requirement


def _component(name: str, one: Distribution) -> Component:
    purl = PackageURL(type="pypi", name=name, version=one.version)
    return Component(
        name=name,
        version=one.version,
        type=ComponentType.APPLICATION if name == PROGRAM else ComponentType.LIBRARY,
        description=one.metadata.get("Summary"),
        licenses=_licences(one),
        purl=purl,
        bom_ref=str(purl),
    )


def _licences(one: Distribution) -> list[License]:
    """What the distribution says of itself; an expression stands alone."""
    factory, said = LicenseFactory(), one.metadata.get("License-Expression")
    classified = [
        text.rpartition(" :: ")[2] for text in one.metadata.get_all("Classifier") or () if "License ::" in text
    ]
    named = (one.metadata.get("License") or "").strip()
    texts = [said] if said else classified or ([named] if 0 < len(named) <= LONGEST_NAME else [])
    acknowledged = LicenseAcknowledgement.DECLARED
    return [factory.make_from_string(text, license_acknowledgement=acknowledged) for text in texts]


if __name__ == "__main__":
    try:
        sys.stdout.write(sbom(Path(sys.argv[1] if len(sys.argv) > 1 else sys.prefix)) + "\n")
    except LookupError as error:
        sys.exit(str(error))
