"""Take personal data and credentials out of rows before they become test cases."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from leadline.checks.guards import Guard
from leadline.checks.guards.pii import Pii
from leadline.checks.guards.secrets import Secrets
from leadline.evals.placeholders import Placeholders
from leadline.evals.rows import Row
from leadline.vocabulary import Finding

GUARDS: tuple[Guard, ...] = (Pii(), Secrets())
_OFFSETS = "spans"
"""A column of places in a text, which would no longer be right."""
_PASSES = 3
"""What is left when something is taken out may look like something else."""


class Anonymised(msgspec.Struct, frozen=True, kw_only=True):
    """`row` is None when it has to be left out, and `why` then says the reason."""

    row: Row | None
    replaced: Counter[str]
    why: str = ""


def anonymised(row: Row, drop: Iterable[str] = (), of_values: Sequence[Guard] = ()) -> Anonymised:
    """The row with every finding replaced in all its texts, however deep, names of members included.

    The same value gets the same placeholder (`[EMAIL_1]`) all over the row, so that an answer still agrees
    with its context; across rows it does not, so that rows of one person cannot be put together. Columns in
    `drop` go. `of_values` are guards that look at values alone, such as that of names.
    """
    given = Placeholders(GUARDS, of_values)
    kept = {name: value for name, value in row.items() if name not in set(drop)}
    if _OFFSETS in kept:
        return Anonymised(row=None, replaced=Counter(), why="its `spans` would point at the wrong places")
    left: set[str] = set()
    for _ in range(_PASSES):
        kept = {given.cleaned(name): _rewritten(value, given) for name, value in kept.items()}
        left = {finding.label for name, value in kept.items() for finding in _left(name, value, given)}
        if not left:
            return Anonymised(row=kept, replaced=given.replaced)
    return Anonymised(row=None, replaced=given.replaced, why=f"it still shows {', '.join(sorted(left))}")


class LeftOut(msgspec.Struct, frozen=True):
    """`number` counts from 1."""

    number: int
    why: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows were written, what was replaced in them by sort, and which were left out."""

    written: int
    replaced: dict[str, int]
    left_out: tuple[LeftOut, ...]


def write_anonymised(
    rows: Iterable[Row],
    write: Callable[[bytes], object],
    drop: Iterable[str] = (),
    of_values: Sequence[Guard] = (),
) -> Report:
    """One JSON object a line."""
    replaced: Counter[str] = Counter()
    left_out: list[LeftOut] = []
    number = 0
    for number, row in enumerate(rows, start=1):
        made = anonymised(row, drop, of_values)
        if made.row is None:
            left_out.append(LeftOut(number, made.why))
            continue
        replaced += made.replaced
        write(msgspec.json.encode(made.row) + b"\n")
    return Report(written=number - len(left_out), replaced=dict(replaced), left_out=tuple(left_out))


def _rewritten(value: object, given: Placeholders) -> object:
    if isinstance(value, str):
        return given.cleaned_value(value)
    if isinstance(value, dict):
        return {given.cleaned(name): _rewritten(one, given) for name, one in value.items()}
    if isinstance(value, list):
        return [_rewritten(one, given) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        written = str(value)
        cleaned = given.cleaned(written)
        return value if cleaned == written else cleaned
    return value


def _left(name: str, value: object, given: Placeholders) -> Iterator[Finding]:
    """What is still seen in a member."""
    yield from given.found(name)
    if isinstance(value, str):
        yield from given.found_in_value(value)
    elif isinstance(value, dict):
        for inner, one in value.items():
            yield from _left(inner, one, given)
    elif isinstance(value, list):
        for one in value:
            yield from _left("", one, given)
