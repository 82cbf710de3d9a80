"""Numbers of your own that have a form: those of customers, contracts, patients and staff."""

import re
from typing import ClassVar

import msgspec

from leadline.checks.guards import EVERYWHERE, CostClass, Guard
from leadline.vocabulary import FailureKind, Finding, Place

_SIGN = re.compile(r"\\(.)|(.)", re.DOTALL)
_STANDS_FOR = {"#": r"\d", "@": r"[^\W\d_]", "*": r"[^\W_]", " ": "[ -]?", "-": "[ -]?"}
_TWO_GAPS = re.compile(r"[ -]{2}")
_LEAST_SIGNS = 3
_NEAR = 40
"""Characters before and behind in which a word of `near` counts."""


class Forms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    r"""Finds what has one of your forms, such as `KD-######`: `#` is a digit, `@` a letter, `*` either; a
    blank or hyphen may be written as the other or left out; all else stands for itself, in any case (`\#` is
    a number sign). It finds no part of something longer. Forms are no regular expressions, so that none of
    them can take a text hostage. Findings are sure: their `score` is 1.

    Blind spots: numbers of several lengths (write a form for each), with other marks between their digits,
    with a wrong check digit (it knows none).

    Cost: 0.1 ms for 1 KB with five forms.

    Attributes:
        forms: what is looked for.
        label: what findings are called.
        near: words of which one has to stand within 40 characters; empty = the form alone is enough.
        kind: the failure kind of a finding.
    """

    cost_class: ClassVar[CostClass] = CostClass.FAST
    places: ClassVar[frozenset[Place]] = EVERYWHERE

    forms: tuple[str, ...]
    label: str = "number"
    near: tuple[str, ...] = ()
    kind: FailureKind = FailureKind.SECURITY_PII_LEAK

    def __post_init__(self) -> None:
        written = "|".join([_pattern(form) for form in sorted(self.forms, key=len, reverse=True)])
        whole = rf"(?<![^\W_])(?:{written or '(?!)'})(?![^\W_])"
        self.__dict__["_pattern"] = re.compile(whole, re.IGNORECASE)
        self.__dict__["_near"] = tuple(word.casefold() for word in self.near)

    @property
    def reach(self) -> int | None:
        return max(map(len, self.forms), default=0) + (_NEAR if self.near else 0) + 1

    @property
    def labels(self) -> frozenset[str]:
        return frozenset({self.label})

    @property
    def unavailable(self) -> str:
        return "" if self.forms else "its list of forms is empty."

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        pattern: re.Pattern[str] = self.__dict__["_pattern"]
        spans = [match.span() for match in pattern.finditer(text) if self._is_told(text, *match.span())]
        return tuple([Finding(self.kind, self.label, *span) for span in spans])

    def _is_told(self, text: str, start: int, end: int) -> bool:
        near: tuple[str, ...] = self.__dict__["_near"]
        around = text[max(0, start - _NEAR) : end + _NEAR].casefold() if near else ""
        return not near or any(word in around for word in near)


def _pattern(form: str) -> str:
    """Of fixed length but for blanks and hyphens, each of which is one sign at most: linear in any text.
    Raises ValueError for a form that is none.
    """
    signs = [(match[1], match[2]) for match in _SIGN.finditer(form)]
    if not any(sign in ("#", "@", "*") for _, sign in signs):
        raise ValueError(f"the form {form!r} has none of `#`, `@` and `*`; for fixed words there is `words`")
    if sum(sign not in (" ", "-") for _, sign in signs) < _LEAST_SIGNS:
        raise ValueError(f"the form {form!r} is shorter than {_LEAST_SIGNS} signs, so it would be everywhere")
    if _TWO_GAPS.search(form):
        raise ValueError(f"the form {form!r} has blanks or hyphens in a row; one stands for any of them")
    return "".join([_sign(itself, sign) for itself, sign in signs])


def _sign(itself: str, sign: str) -> str:
    return re.escape(itself) if itself else _STANDS_FOR.get(sign) or re.escape(sign)


PLUG: type[Guard] = Forms
