"""What people decided at run time, read from disk: it holds beside what the configuration file says."""

from pathlib import Path
from typing import TypeVar

import msgspec

from leadline.vocabulary import BreakerHold, PolicyText, RouteOverride

Entry = TypeVar("Entry")


class DecisionsDamaged(ValueError):
    """A file of decisions cannot be read. To go on without it would undo them unseen."""


def read_overrides(path: Path) -> dict[str, RouteOverride]:
    """The routes that were changed, by alias. A missing file is none. Raises DecisionsDamaged, or OSError."""
    return _read(path, dict[str, RouteOverride], "the routes that were changed at run time")


def read_holds(path: Path) -> dict[str, BreakerHold]:
    """The breakers that are held, by target as the person named it. Raises as `read_overrides` does."""
    return _read(path, dict[str, BreakerHold], "the breakers that people hold")


def read_rules(path: Path) -> dict[str, PolicyText]:
    """The tool policies that were activated, by name. Raises as `read_overrides` does."""
    return _read(path, dict[str, PolicyText], "the tool policies that were activated")


def _read(path: Path, entries: type[dict[str, Entry]], holding: str) -> dict[str, Entry]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=entries)
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        raise DecisionsDamaged(
            f"{path} holds {holding} and is damaged ({error}); mend it, or delete it to go by the "
            "configuration alone."
        ) from error
