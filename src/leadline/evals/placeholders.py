"""What stands for the personal data of one row: the same value, the same placeholder."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from leadline.checks.guards import Guard
from leadline.checks.seeing import scanned
from leadline.policy.redaction import Edit, edited, name_of
from leadline.vocabulary import FailureKind, Finding, Place

PERSON = "person"
_SURE = 0.5
_GROUPS = re.compile(r"(?<=\d)[ -](?=\d)")
"""A number is the same however its digits are grouped."""
_PLACEHOLDER = re.compile(r"\[[A-Z0-9_]+_\d+\]")
_WORD_OF_A_LIST = re.compile(r"[a-z0-9_.-]*")
"""A value such as `dev` or `gpt-4o-mini` is one of a few that rows are sorted by, also if somebody has it
as a name."""
_NAME_WORD = re.compile(r"[^\W\d_]{3,}")
_TITLES = frozenset({"mrs", "miss", "prof", "sir", "dame", "herr", "herrn", "frau", "mme", "mlle", "sra"})


class Placeholders:
    """`guards` look at every text; `of_values` are asked about values alone, as they would take names of
    members for those of people. `replaced` counts by sort.

    Who is named once is also found where nothing around says that it is a name.
    """

    def __init__(self, guards: Sequence[Guard], of_values: Sequence[Guard] = ()) -> None:
        self._guards = guards
        self._of_values = of_values
        self._given: dict[tuple[str, str], str] = {}
        self._people: set[str] = set()
        self.replaced: Counter[str] = Counter()

    def found(self, text: str) -> list[Finding]:
        """In any text, names of members too."""
        named = self._named_before(text)
        return [*_by(self._guards, text), *named]

    def found_in_value(self, text: str) -> list[Finding]:
        if _WORD_OF_A_LIST.fullmatch(text):
            return self.found(text)
        own = [match.span() for match in _PLACEHOLDER.finditer(text)]
        told = _by(self._of_values, text)
        return [*self.found(text), *[one for one in told if not _touches(one, own)]]

    def cleaned(self, text: str) -> str:
        return self._written(text, self.found(text))

    def cleaned_value(self, text: str) -> str:
        return self._written(text, self.found_in_value(text))

    def _written(self, text: str, found: list[Finding]) -> str:
        edits = [self._edit(text, one) for one in found]
        return edited(text, edits) if edits else text

    def _edit(self, text: str, found: Finding) -> Edit:
        said = text[found.start : found.end]
        self.replaced[found.label] += 1
        return Edit(
            found.start, found.end, self._person(said) if found.label == PERSON else self._value(found, said)
        )

    def _value(self, found: Finding, said: str) -> str:
        label, value = name_of(found.label), _GROUPS.sub("", said.casefold())
        return self._given.setdefault((label, value), self._next(label))

    def _person(self, said: str) -> str:
        """One for "Dr. Ada Byron", "ada byron" and "Ada", as long as all words of it are of one person."""
        label, words = name_of(PERSON), _name_words(said)
        known = {self._given.get((label, word)) for word in words} or {self._given.get((label, said))}
        placeholder = known.pop() if len(known) == 1 else None
        placeholder = placeholder or self._next(label)
        for word in words or [said]:
            self._given.setdefault((label, word), placeholder)
        self._people.update(words)
        return placeholder

    def _next(self, label: str) -> str:
        return f"[{label}_{1 + len({one for (known, _), one in self._given.items() if known == label})}]"

    def _named_before(self, text: str) -> Iterator[Finding]:
        if not self._people:
            return
        for match in _NAME_WORD.finditer(text):
            said = match.group()
            if said[0].isupper() and said.casefold() in self._people:
                yield Finding(FailureKind.SECURITY_PII_LEAK, PERSON, *match.span())


def _by(guards: Sequence[Guard], text: str) -> list[Finding]:
    found = [one for guard in guards for one in scanned(guard, text, Place.INPUT_USER)]
    return [one for one in found if one.score >= _SURE]


def _touches(one: Finding, spans: list[tuple[int, int]]) -> bool:
    return any(one.start < end and start < one.end for start, end in spans)


def _name_words(said: str) -> list[str]:
    words = [word.casefold() for word in _NAME_WORD.findall(said)]
    return [word for word in words if word not in _TITLES]
