"""The runbooks that came with this version, one for each kind of failure, readable without the internet."""

from pathlib import Path

import leadline
from leadline.vocabulary import FailureKind

INDEX = "README"
_PACKAGE = Path(leadline.__file__).parent
_PLACES = (_PACKAGE / "runbooks", _PACKAGE.parents[1] / "docs" / "runbooks")
"""In the wheel, and in the repository."""


def runbook_text(name: str) -> str | None:
    """Markdown of a kind's runbook, or of the index; None when the name is neither."""
    if name != INDEX and name not in set(FailureKind):
        return None
    for place in _PLACES:
        path = place / f"{name}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return None
