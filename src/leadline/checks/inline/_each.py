"""What a price or amount is for: one month of it, one container, or half of a year."""

import re
from collections.abc import Sequence

from leadline.checks.inline._claims import Claim
from leadline.checks.inline._figures import EACH, PER_NAMED
from leadline.checks.inline._index import Index
from leadline.checks.inline._labels import NOTHING, Words, kind_of, label_words
from leadline.checks.inline._names import words
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES

_ADJECTIVES = ("ly", "al", "lich", "el", "els", "ales", "annum", "p.a")
_SAID_OF_TIME = frozenset(word for word in PER_NAMED if word.endswith(_ADJECTIVES))
_LASTING = frozenset({"half", "month", "year", "day", "week", "hour", "night", "quarter"})
_FIRST_EACH = re.compile(
    r"\s?(?:/\s?|(?:per|pro|par|por|je)\s)([^\W\d_]{3,}(?: [^\W\d_]{3,})?)", re.IGNORECASE
)


def wrong_time(claim: Claim, own: Sequence[Statement]) -> bool:
    """A half year's figure told as the year's: the claim names a part of the year, the source another one."""
    said = {one for one in claim.near if kind_of(one) == "p"}
    if not said or not own:
        return False
    there = [{one for one in statement.periods if kind_of(one) == "p"} for statement in own]
    return all(parts and said.isdisjoint(parts) for parts in there)


def wrong_rate(claim: Claim, own: Sequence[Statement], index: Index) -> bool:
    """A price per month told as one per year, or one per pallet told as one per container."""
    if not own:
        return False
    said = claim.figure.per or _lasting(claim.clause)
    there = (one.figure.per or _lasting(_own_label(one)) for one in own)
    if said and all(rate and rate != said and (rate in _LASTING) == (said in _LASTING) for rate in there):
        return True
    return claim.figure.unit in CURRENCIES and _for_another(claim, own, index)


def _for_another(claim: Claim, own: Sequence[Statement], index: Index) -> bool:
    """Whether the source gives the price for one of something, and other prices for one of what is said."""
    said = _for_one_of(claim.right)
    there = [_for_one_of(one.right) for one in own]
    if not said or not all(things and said.isdisjoint(things) for things in there):
        return False
    return not said.isdisjoint(index.priced)


def _for_one_of(text: str) -> Words:
    found = _FIRST_EACH.match(text)
    return label_words(found[1]) if found else NOTHING


def _own_label(one: Statement) -> str:
    """Without the remarks of a row: where several of its cells are words, which one is meant is open."""
    return one.clause if len(one.sides) <= 1 else one.right


def _lasting(text: str) -> str:
    """For how long a price or an adjective says that something is: per square foot per month, jährlich."""
    for each in EACH.finditer(text):
        named = PER_NAMED.get(each[1].casefold())
        if named in _LASTING:
            return named
    lowered = text.casefold()
    if _SAID_OF_TIME.isdisjoint(words(lowered)) and "p.a" not in lowered:
        return ""
    for written in lowered.replace("/", " ").replace("_", " ").split():
        word = written.strip(".,;:()*#")
        if word.endswith(_ADJECTIVES) and word in PER_NAMED:
            return PER_NAMED[word]
    return ""
