"""What a figure is said of: the words of its label and its period, in a form in which two texts compare."""

import functools
import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W\d_]+\d*(?:['\u2019&-][^\W\d_]+)*")
_ASCII_PIECES = "".join(
    chr(code).lower() if chr(code).isalnum() or chr(code) in "'&-" else " " for code in range(128)
)
_NOT_A_LABEL = frozenset(
    (  # noqa: SIM905 - a text is easier to read and to add to
        "a b e g i k m t the an of and or in for to from by at on as its it which that this these those "
        "was were is are be been being has have had with per about around approximately roughly nearly "
        "almost some over under than more less while but whereas against compared versus vs up down "
        "reached reported recorded posted amounted amounting stood stands came comes totalled totaled "
        "total totals overall rose rise risen grew grow grown fell fall fallen increased increase "
        "decreased decrease declined decline dropped drop climbed jumped gained lost improved generated "
        "earned made saw year years quarter half month months period fiscal financial first second third "
        "fourth last previous prior earlier ago same also company group firm we our they their he she his "
        "her you your according report document table declared approved announced expects expected expect "
        "payable paid pays pay board committee planned plans respectively million millions billion "
        "billions thousand trillion percent percentage points point mn bn mio mrd usd eur gbp jpy chf "
        "dollar dollars euro euros pounds yen francs annual full ended ending there both each all only "
        "just after before during between since until through into out not no so january february march "
        "april may june july august september october november december value amount amounts figure "
        "figures der die das den dem des ein eine einen einem einer und oder von vom im zu zum zur auf "
        "mit aus bei ist sind war waren wird wurde wurden lag betrug beträgt belief sich stieg sank fiel "
        "erreichte erreicht jahr quartal prozent millionen milliarden tausend nach für über um"
    ).split()
)
_SAME = {
    "sales": "revenue",
    "turnover": "revenue",
    "revenues": "revenue",
    "umsatz": "revenue",
    "umsatzerlöse": "revenue",
    "profit": "income",
    "loss": "income",
    "losses": "income",
    "result": "income",
    "profits": "income",
    "earnings": "income",
    "ergebnis": "income",
    "gewinn": "income",
    "ebit": "operating-income",
    "expense": "cost",
    "expenses": "cost",
    "costs": "cost",
    "expenditure": "cost",
    "spending": "cost",
    "kosten": "cost",
    "headcount": "employee",
    "staff": "employee",
    "workforce": "employee",
    "employees": "employee",
    "employs": "employee",
    "employed": "employee",
    "people": "employee",
    "workers": "employee",
    "mitarbeiter": "employee",
    "r&d": "research",
    "betriebsergebnis": "operating-income",
    "nettogewinn": "net-income",
    "margins": "margin",
    "liabilities": "liability",
    "inventories": "inventory",
    "deliveries": "delivery",
    "delivered": "delivery",
    "weighs": "weight",
    "weigh": "weight",
    "returned": "return",
    "holds": "holding",
}
_PARTS = {"operating-income": ("operating", "income"), "net-income": ("net", "income")}
MONTHS = {
    name: f"m{number}"
    for number, names in enumerate(
        (
            "january jan januar", "february feb februar", "march mar märz", "april apr", "may mai",
            "june jun juni", "july jul juli", "august aug", "september sep sept", "october oct oktober",
            "november nov", "december dec dezember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "1st": "1", "2nd": "2", "3rd": "3"}
ORDINALS |= {"4th": "4", "ersten": "1", "zweiten": "2", "dritten": "3", "vierten": "4"}
_MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
PERIOD = re.compile(
    r"\b(?:(?:fy\s?)?((?:19|20)\d\d)(?!\d|[.,]\d|\s?[%€])|fy\s?'?(\d\d)|([1-4])q(\d\d)?|q([1-4])|(h[12])"
    rf"|({'|'.join(ORDINALS)})[ -](quarter|half|quartal|halbjahr)"
    rf"|({_MONTH_NAMES}))(?![^\W_])",
    re.IGNORECASE,
)
"""A month counts where `month_ends_at` says so, as some are also other words."""
_BEHIND_A_MONTH = re.compile(r"\.?\s?(?:\d|\Z|[,.;|)])")
_MONTH_NEXT = re.compile(rf"(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?:{_MONTH_NAMES})\b", re.IGNORECASE)
_MONTH_LAST = re.compile(rf"\b(?:{_MONTH_NAMES})\.?\s+\Z", re.IGNORECASE)
_MAYBE = re.compile(r"\d|quart|half|halb", re.IGNORECASE)
Words = frozenset[str]
_NONE: Words = frozenset()
_MOST_WORDS = 4096


def label_words(text: str) -> Words:
    """The words of a label, without those that carry no meaning in one; synonyms are one word."""
    if text.isascii():  # the same words, in a third of the time
        return _NONE.union(*map(_meant, text.translate(_ASCII_PIECES).split()))
    return _NONE.union(*map(_meant, _WORD.findall(text.casefold())))


@functools.lru_cache(maxsize=_MOST_WORDS)
def _meant(piece: str) -> tuple[str, ...]:
    """What a piece of text without spaces means in a label: mostly one word. Remembered, as texts repeat
    theirs.
    """
    found: list[str] = []
    for word in _WORD.findall(piece):
        if word not in _NOT_A_LABEL:
            same = _SAME.get(word) or _singular(word)
            found += _PARTS.get(same, (same,))
    return tuple(found)


def periods(text: str) -> Words:
    """`y2023`, `q3`, `h1`, `m10` for what a text names of years, quarters, halves and months."""
    if not may_name_periods(text, 0, len(text)):
        return _NONE
    matches = [match for match in PERIOD.finditer(text) if not match[9] or month_ends_at(text, match.end())]
    return frozenset([name for match in matches for name in period_named(match)])


def may_name_periods(text: str, first: int, last: int) -> bool:
    """Whether the text between these places is worth a search: a month alone is a word like others."""
    return _MAYBE.search(text, first, last) is not None


def month_ends_at(text: str, place: int, last: int | None = None) -> bool:
    """Whether what stands behind a month, up to `last`, is what stands behind months."""
    return _BEHIND_A_MONTH.match(text, place, len(text) if last is None else last) is not None


def period_named(match: re.Match[str]) -> Iterator[str]:
    """The names of a match of `PERIOD`, whose last group is a month."""
    year, short, quarter, of_year, q, half, ordinal, kind, month = match.groups()
    if year or short or of_year:
        yield f"y{year or '20' + (short or of_year)}"
    if quarter or q:
        yield f"q{quarter or q}"
    if half:
        yield half.casefold()
    if ordinal:
        yield ("q" if kind.casefold().startswith("q") else "h") + ORDINALS[ordinal.casefold()]
    if month:
        yield MONTHS[month.casefold()]


def beside_a_month(text: str, start: int, end: int) -> bool:
    """Whether what stands there is the day of a date."""
    behind, before = text[end : end + 20], text[max(0, start - 14) : start]
    return _MONTH_NEXT.match(behind) is not None or _MONTH_LAST.search(before) is not None


def agree(one: Words, other: Words) -> bool:
    """Whether two sets of periods can mean the same time: what only one of them names does not part them."""
    if not one or not other or one == other:
        return True
    shared = {period[0] for period in one & other}
    kinds = {period[0] for period in one} & {period[0] for period in other}
    return kinds <= shared


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
