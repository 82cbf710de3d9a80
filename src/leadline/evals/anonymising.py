"""Take personal data and credentials out of rows before they become test cases."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from leadline.checks.guards import Guard
from leadline.checks.guards.pii import Pii
from leadline.checks.guards.secrets import Secrets
from leadline.checks.seeing import scanned
from leadline.evals.rows import Row
from leadline.policy.redaction import Edit, edited, name_of
from leadline.vocabulary import Finding, Place

GUARDS: tuple[Guard, ...] = (Pii(), Secrets())
_OFFSETS = "spans"
"""A column of places in a text, which would no longer be right."""
_GROUPS = re.compile(r"(?<=\d)[ -](?=\d)")
"""A number is the same however its digits are grouped."""
_PASSES = 3
"""What is left when something is taken out may look like something else."""


class Anonymised(msgspec.Struct, frozen=True, kw_only=True):
    """`row` is None when it has to be left out, and `why` then says the reason."""

    row: Row | None
    replaced: Counter[str]
    why: str = ""


def anonymised(row: Row, drop: Iterable[str] = (), guards: Sequence[Guard] = GUARDS) -> Anonymised:
    """The row with every finding replaced in all its texts, however deep, names of members included.

    The same value gets the same placeholder (`[EMAIL_1]`) all over the row, so that an answer still agrees
    with its context; across rows it does not, so that rows of one person cannot be put together. Columns in
    `drop` go.
    """
    names = _Names(guards)
    kept = {name: value for name, value in row.items() if name not in set(drop)}
    if _OFFSETS in kept:
        return Anonymised(row=None, replaced=Counter(), why="its `spans` would point at the wrong places")
    left: set[str] = set()
    for _ in range(_PASSES):
        kept = {names.cleaned(name): _rewritten(value, names.cleaned) for name, value in kept.items()}
        left = {finding.label for text in _texts(kept) for finding in names.found(text)}
        if not left:
            return Anonymised(row=kept, replaced=names.replaced)
    return Anonymised(row=None, replaced=names.replaced, why=f"it still shows {', '.join(sorted(left))}")


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
    rows: Iterable[Row], write: Callable[[bytes], object], drop: Iterable[str] = ()
) -> Report:
    """One JSON object a line."""
    replaced: Counter[str] = Counter()
    left_out: list[LeftOut] = []
    number = 0
    for number, row in enumerate(rows, start=1):
        made = anonymised(row, drop)
        if made.row is None:
            left_out.append(LeftOut(number, made.why))
            continue
        replaced += made.replaced
        write(msgspec.json.encode(made.row) + b"\n")
    return Report(written=number - len(left_out), replaced=dict(replaced), left_out=tuple(left_out))


class _Names:
    """Placeholders of one row."""

    def __init__(self, guards: Sequence[Guard]) -> None:
        self._guards = guards
        self._given: dict[tuple[str, str], str] = {}
        self.replaced: Counter[str] = Counter()

    def found(self, text: str) -> list[Finding]:
        return [one for guard in self._guards for one in scanned(guard, text, Place.INPUT_USER)]

    def cleaned(self, text: str) -> str:
        edits = [self._edit(text, one) for one in self.found(text)]
        return edited(text, edits) if edits else text

    def _edit(self, text: str, found: Finding) -> Edit:
        label, value = name_of(found.label), _GROUPS.sub("", text[found.start : found.end].casefold())
        self.replaced[found.label] += 1
        nth = 1 + sum(known == label for known, _ in self._given)
        placeholder = self._given.setdefault((label, value), f"[{label}_{nth}]")
        return Edit(found.start, found.end, placeholder)


def _rewritten(value: object, clean: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(name): _rewritten(one, clean) for name, one in value.items()}
    if isinstance(value, list):
        return [_rewritten(one, clean) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        written = str(value)
        cleaned = clean(written)
        return value if cleaned == written else cleaned
    return value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
