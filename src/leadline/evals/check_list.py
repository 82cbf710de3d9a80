"""Every check there is: what kind, where, at what cost, how good, and whether it can work here."""

import hashlib
import inspect
import re
from pathlib import Path

import msgspec

from leadline import plugs
from leadline.checks.guards import EVERYWHERE, NeedsLoading
from leadline.evals.subjects import DEEP, FOLDERS, GUARDS
from leadline.vocabulary import Place

_COST = re.compile(r"\b\d[\d.]* ms(?: for .*?(?=[.;,:](?:\s|\Z)))?")
_MEASURED = re.compile(r"\bMeasured .*?\.(?=\s|\Z)", re.DOTALL)
_RECORDED = ("recall", "false_alarms", "auroc")


class KnownCheck(msgspec.Struct, frozen=True, kw_only=True):
    """`quality` are figures on rows held out from a training, of checks that learn; `says` is its page's
    first sentence, `measured` the one with what it reached on which rows. `unavailable` is empty where it
    can work with its default settings.
    """

    name: str
    kind: str
    cost: str
    says: str
    measured: str = ""
    places: tuple[str, ...] = ()
    everywhere: bool = False
    quality: dict[str, float] = {}
    unavailable: str = ""


def known_checks(*, try_them: bool = True) -> list[KnownCheck]:
    """By kind, then by name. `try_them` builds each, to tell whether it can work here."""
    return [_known(folder, name, try_it=try_them) for folder in FOLDERS for name in plugs.names(folder)]


def page(folder: str, name: str) -> str:
    """What the check says of itself."""
    return inspect.getdoc(plugs.plug(folder, name)) or ""


def trained_on(name: str, data: Path) -> bool:
    """Whether the weights of the guard come from this very file."""
    from leadline.checks.guards._linear import recorded  # noqa: PLC0415 - numpy, for those that learn

    record = recorded(name)
    return record is not None and hashlib.sha256(data.read_bytes()).hexdigest() in record.data.values()


def _known(folder: str, name: str, *, try_it: bool) -> KnownCheck:
    found = plugs.plug(folder, name)
    said = page(folder, name)
    places: frozenset[Place] = getattr(found, "places", frozenset())
    return KnownCheck(
        name=name,
        kind=FOLDERS[folder],
        cost=_cost(found, said),
        measured=" ".join(measured.group().split()) if (measured := _MEASURED.search(said)) else "",
        says=said.replace("\n", " ").partition(". ")[0],
        places=tuple(sorted(places)),
        everywhere=places == EVERYWHERE,
        quality=_recorded(name) if folder == GUARDS else {},
        unavailable=_why_not(folder, name) if try_it else "",
    )


def _cost(found: type[object], said: str) -> str:
    measured = _COST.search(said)
    declared = getattr(found, "cost_class", "slow" if getattr(found, "slow", False) else "")
    return ", ".join(filter(None, (str(declared), measured.group() if measured else "")))


def _recorded(name: str) -> dict[str, float]:
    from leadline.checks.guards._linear import recorded  # noqa: PLC0415 - numpy, for those that learn

    record = recorded(name)
    return {} if record is None else {key: record.figures[key] for key in _RECORDED if key in record.figures}


def _why_not(folder: str, name: str) -> str:
    """What keeps it from working with its default settings, as a sentence."""
    try:
        built = plugs.build(folder, {"type": name})
    except (msgspec.ValidationError, ValueError) as error:
        return f"needs settings: {error}"
    if folder == DEEP:
        from leadline.evals.deep_subject import why_not  # noqa: PLC0415 - the event loop, and numpy

        return why_not(built)
    why = str(getattr(built, "unavailable", ""))
    if not why and isinstance(built, NeedsLoading):
        try:
            built.load()
        except ValueError as error:
            return str(error)
    return why
