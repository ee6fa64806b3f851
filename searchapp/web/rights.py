"""What the caller may do, for pages: what they may not is not shown. Each route decides by itself all the same.

Templates ask ``may("write")``; scripts ask ``static/rights.js``, which reads what ``base.html`` serves of this.
"""

from __future__ import annotations

import json
from typing import Any

from searchapp.access import Identity, Scope


def served(caller: Identity | None) -> dict[str, Any]:
    """What templates are given of ``caller``; nobody may do nothing."""
    scopes = caller.scopes if caller is not None else frozenset[Scope]()

    def may(right: str) -> bool:
        return Scope(right) in scopes

    groups = caller.groups if caller is not None else ()
    return {"may": may, "rights": json.dumps({"scopes": sorted(scopes), "groups": groups})}
