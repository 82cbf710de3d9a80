"""What the words of `leadline route set` make of the targets in force."""

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from msgspec.structs import replace

from leadline.vocabulary import TargetChoice


class Said(NamedTuple):
    """Each as `provider/model`, a weight as `provider/model=N`."""

    to: Sequence[str]
    fallback: Sequence[str]
    weight: Sequence[str]


def wanted(now: Sequence[TargetChoice], alias: str, said: Said) -> list[TargetChoice]:
    """Without `to` the primary stays, without `fallback` all that is in force and not named stays behind it.

    Several in `to` share the load, evenly where no weight says otherwise. Raises ValueError with a sentence.
    """
    weights = dict(_weight(word, alias) for word in said.weight)
    first = _named(said.to, alias, 0) or [replace(one, priority=0) for one in _sharing(now)]
    rest = _named(said.fallback, alias, 1) or [replace(one, priority=one.priority + 1) for one in now]
    if len(said.to) > 1:
        first = [replace(one, weight=1.0) for one in first]
    leading = {one.name for one in first}
    targets = first + [one for one in rest if one.name not in leading]
    strays = weights.keys() - {one.name for one in targets}
    if strays:
        raise ValueError(f"{min(strays)} is no target of {alias!r}; name it with --to, too.")
    return [replace(one, weight=weights.get(one.name, one.weight)) for one in targets]


def _sharing(now: Sequence[TargetChoice]) -> list[TargetChoice]:
    """The primary, or those that share its load."""
    first = now[0]
    if first.weight is None:
        return [first]
    return list(takewhile(lambda one: one.weight is not None and one.priority == first.priority, now))


def _named(names: Sequence[str], alias: str, priority: int) -> list[TargetChoice]:
    return [replace(_place(name, alias), priority=priority) for name in names]


def _place(name: str, alias: str) -> TargetChoice:
    provider, slash, model = name.partition("/")
    if not provider or (slash and not model):
        raise ValueError(f"{name!r} is no target; write it as PROVIDER/MODEL, such as openai/gpt-4o.")
    return TargetChoice(provider=provider, model=model or alias)


def _weight(word: str, alias: str) -> tuple[str, float]:
    name, _, number = word.rpartition("=")
    try:
        weight = float(number)
    except ValueError:
        weight = -1.0
    if not name or not 0 <= weight <= 1_000_000:
        raise ValueError(f"{word!r} is no weight; write it as PROVIDER/MODEL=N, such as openai/gpt-4o=9.")
    return _place(name, alias).name, weight
