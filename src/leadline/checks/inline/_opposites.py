"""Words of which one excludes the other: gross and net, buyer and seller, inflow and outflow."""

import re
from collections.abc import Sequence

from leadline.checks.inline._claims import Claim
from leadline.checks.inline._statements import Statement
from leadline.measures.remembering import remembered

_PAIRS = (
    (
        "profits?|surplus|gewinn\\w*|überschuss|bénéfice|utile|beneficio|lucro|winst|vinst|overskud|zysk",
        "loss|losses|deficit|verlust\\w*|fehlbetrag|perte|déficit|perdita|pérdida|verlies|förlust|tab|strata",
    ),
    (
        "inflows?|zufl[uü]ss\\w*|afflussi|entradas",
        "outflows?|abfl[uü]ss\\w*|deflussi|salidas",
    ),
    (
        "gross|brutto|brut|bruts|bruto|bruta|lordo|lorda|ttc",
        "net|netto|nets|neto|neta|netta|ht",
    ),
    ("sellers?|verkäufer\\w*|vendeurs?|vendedor\\w*", "buyers?|käufer\\w*|acheteurs?|comprador\\w*"),
    ("lenders?|darlehensgeber\\w*", "borrowers?|darlehensnehmer\\w*"),
    ("landlords?|vermieter\\w*|bailleur", "tenants?|mieter\\w*|locataire"),
    (
        "employers?|arbeitgeber\\w*|werkgever\\w*|employeur",
        "employees?|arbeitnehmer\\w*|werknemer\\w*|salarié\\w*",
    ),
    (
        "currently|current|latest|now|aktuell\\w*|derzeit\\w*|actuel\\w*|actual|attual\\w*|huidige\\w*|nuvarande",
        "previous\\w*|prior|last year\\w*|vorwert|vorjahr\\w*|vorige\\w*|précédente?|precedente|anterior",
    ),
    (
        "this month|this period|monthly|ce mois|mensuel\\w*",
        "ytd|cumul\\w*|cumulative|to date",
    ),
    ("budget\\w*|planned|plan|forecast|soll", "actual\\w*|ist|réel\\w*"),
    ("maximum|max|highest|höchst\\w*", "minimum|min|lowest|mindest\\w*|niedrigst\\w*"),
    (
        "before tax|pre-tax|pretax|vor steuern|avant impôts?|før skat|före skatt|ante imposte",
        "after tax|nach steuern",
    ),
    ("continuous\\w*|nominal|rated|dauer\\w*", "peak|spitzen\\w*"),
)
_SIDES = [side.split("|") for pair in _PAIRS for side in pair]
"""The sides of a pair stand beside each other: the number of the opposite is `number ^ 1`."""


def _of_several_words(way: str) -> bool:
    return " " in way or "-" in way


_WORDS = [re.compile("|".join(way for way in side if not _of_several_words(way))) for side in _SIDES]
_PHRASES: dict[str, list[tuple[int, re.Pattern[str]]]] = {}
for _number, _side in enumerate(_SIDES):
    for _way in filter(_of_several_words, _side):
        _PHRASES.setdefault(re.split("[ -]", _way)[0], []).append((_number, re.compile(rf"\b{_way}\b")))
_WORD = re.compile(r"\w+")
_MOST_WORDS, _LONGEST_WORD = 8192, 40
Sides = frozenset[int]
_NEITHER: Sides = frozenset()


def excluded(claim: Claim, own: Sequence[Statement]) -> Statement | None:
    """A statement of the figure, where the answer says one word of a pair and the source the other one: each
    of them right beside the figure, and nowhere both.
    """
    said = _sides_of(claim.clause) if own else _NEITHER
    if not said:
        return None
    there = [_sides_of(one.clause) for one in own]
    for mine in said:
        if mine ^ 1 not in said and all(mine ^ 1 in its and mine not in its for its in there):
            return own[0]
    return None


def _sides_of(text: str) -> Sides:
    """The numbers of the sides whose words a text says."""
    lowered = text.casefold()
    words = _WORD.findall(lowered)
    sides = _NEITHER.union(*map(_sides_of_word, words))
    openings = _PHRASES.keys() & words
    if not openings:
        return sides
    return sides.union([n for one in openings for n, phrase in _PHRASES[one] if phrase.search(lowered)])


@remembered(_MOST_WORDS, _LONGEST_WORD)
def _sides_of_word(word: str) -> Sides:
    return frozenset([number for number, ways in enumerate(_WORDS) if ways.fullmatch(word)]) or _NEITHER
