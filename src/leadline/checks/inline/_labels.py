"""What a figure is said of: the words of its label and its period, in a form in which two texts compare."""

import functools
import re
from collections.abc import Iterator

from leadline.checks.inline._names import words
from leadline.checks.inline._numerals import NUMBER_WORDS
from leadline.checks.inline._units import unit_named
from leadline.measures.remembering import remembered

_WORD = re.compile(r"[^\W_]+(?:['\u2019&.-][^\W_]+)*")
_ASCII_PIECES = "".join(
    chr(code).lower() if chr(code).isalnum() or chr(code) in "'&.-" else " " for code in range(128)
)
_NOT_A_LABEL = frozenset(
    (  # noqa: SIM905 - a text is easier to read and to add to
        # what joins words, in the languages of reports
        "a b d e g h i k m t the an of and or in for to from by at on as its it which that this these those "
        "was were is are be p.a pa been being has have had with per about around approximately roughly "
        "nearly almost some over under than more less while but whereas against compared versus vs up down "
        "so such also only just both each all any every no not there their they he she his her him them "
        "us you your "
        "our we us my me who whom whose what when where how if because then now still yet already after "
        "before during between since until through into out off again further too own same other "
        "another one can could will would should may might must do does did done get gets got if else "
        "der die das den dem des ein eine einen einem einer eines und oder von vom im zu zum zur auf mit "
        "aus bei ist sind war waren wird wurde wurden nach für über um als es sie er wir ihr ihre sich nicht "
        "auch noch nur bis durch wie beim rund etwa knapp gut haben hat hatte dass in "
        "le la les un une des du de et ou à au aux en dans sur par pour avec est sont était a été ce cette "
        "ces elle ils qui que ne pas se sa son ses "
        "el los las una unos y o del al con por para es son fue ha han su sus lo como no "
        "il lo gli uno della dello dei delle degli di da nel nella e è sono stato stata con su "
        "het een van op te voor met is zijn was werd bij naar om "
        "o os as um uma do da dos das no na nos nas com é são foi "
        "w z ze na od po za przy oraz jest są było był była wyniósł wyniosła wyniosły "
        "och att av för med till den det ett en på som är var har om vid i og til av "
        # what is said of any figure
        "reached reported recorded posted amounted amounting amount amounts stood stands came comes come "
        "totalled totaled total totals overall rose rise rises risen grew grow grows grown fell fall falls "
        "fallen increased increase increases decreased decrease decreases declined decline declines dropped "
        "drop drops climbed jumped gained lost improved generated earned made saw equals equal accounts "
        "account approximately year years quarter half month months period fiscal financial first second "
        "third fourth last previous prior earlier ago company group firm according report document table "
        "declared announced expects expected expect respectively million millions billion billions "
        "thousand trillion percent percentage points point mn bn mio mrd usd eur gbp jpy chf dollar dollars "
        "euro euros pounds yen francs full end ended ending value figure figures there see shown given "
        "lag betrug beträgt belief stieg sank fiel erreichte erreicht jahr quartal prozent millionen "
        "milliarden tausend gesamt insgesamt trimestre semestre exercice année s'élève atteint ressort "
        "monat monate monaten mois mes meses mese mesi maand maanden månad månader måned måneder jahre "
        "jahren jaren ans años anni anos rok roku lat miesiąc miesięcznie kwartaal kwartał "
        "kvartal år uppgick ökade minskade bedroeg jaar kwartaal cuesta año anno "
        "january february march april june july august september october november december"
    ).split()
)
_SAME = {
    **dict.fromkeys(
        ("sales", "turnover", "revenues", "revenue", "umsatz", "umsatzerlöse", "nettoerlös"), "revenue"
    ),
    **dict.fromkeys(
        ("profit", "profits", "loss", "losses", "income", "earnings", "ergebnis", "gewinn"), "income"
    ),
    **dict.fromkeys(
        ("expense", "expenses", "cost", "costs", "expenditure", "spending", "kosten"), "cost"
    ),
    **dict.fromkeys(
        ("headcount", "staff", "workforce", "employees", "employs", "employed", "employ", "people"),
        "employee",
    ),
    **dict.fromkeys(
        ("workers", "employee", "mitarbeiter", "mitarbeitende", "beschäftigte", "beschäftigt"), "employee"
    ),
    **dict.fromkeys(["weight", "weighs", "weigh", "weighed", "heavy"], "weight"),
    **dict.fromkeys(["delivery", "deliveries", "delivered"], "delivery"),
    **dict.fromkeys(["price", "prices", "priced"], "price"),
    **dict.fromkeys(["maximum", "max", "highest"], "maximum"),
    **dict.fromkeys(["minimum", "min", "lowest"], "minimum"),
    "r&d": "research",
    "inventories": "inventory",
    "liabilities": "liability",
}  # fmt: skip
_PARTS = {
    "ebit": ("operat", "income"),
    "eps": ("income", "share"),
    "betriebsergebnis": ("operat", "income"),
    "nettogewinn": ("net", "income"),
    "reingewinn": ("net", "income"),
    "pre-tax": ("before", "tax"),
}
MONTHS = {
    name: f"m{number}"
    for number, names in enumerate(
        (
            "january jan januar janvier enero gennaio janeiro januari",
            "february feb februar février fevrier febrero febbraio fevereiro februari",
            "march mar märz mars marzo março maart",
            "april apr avril abril aprile",
            "may mai mayo maggio maio mei maj",
            "june jun juni juin junio giugno junho",
            "july jul juli juillet julio luglio julho",
            "august aug août aout agosto augustus augusti",
            "september sep sept septembre septiembre settembre setembro",
            "october oct oktober octobre octubre ottobre outubro okt",
            "november nov novembre noviembre novembro",
            "december dec dezember décembre diciembre dicembre dezembro dez",
        ),
        start=1,
    )
    for name in names.split()
}
ORDINALS = {
    word: str(number)
    for number, words in enumerate(
        (
            "first 1st ersten erstes erste premier primer primo primeiro eerste första første pierwszy",
            "second 2nd zweiten zweites zweite deuxième segundo secondo tweede andra andre anden drugi ii 2e",
            "third 3rd dritten drittes dritte troisième tercer terzo terceiro derde tredje trzeci iii 3e",
            "fourth 4th vierten viertes vierte quatrième cuarto quarto vierde fjärde fjerde czwarty iv 4e",
        ),
        start=1,
    )
    for word in [*words.split(), *(f"{number}{mark}" for mark in ".°º")]
} | {"i": "1", "1er": "1"}
PARTS_OF_YEARS = (
    *(
        "quarter",
        "quartal",
        "trimestre",
        "trimester",
        "kwartaal",
        "kvartalet",
        "kvartal",
        "kwartał",
        "kwartale",
    ),
    *("kvt", "kv", "qtr", "trim"),
    *("half", "halbjahr", "semestre", "semester", "halvåret", "halvår", "półrocze", "półroczu", "hj", "sem"),
)
_NAMES_A_HALF = ("h", "s", "p")
FULL_YEARS = (
    "full year",
    "full-year",
    "whole year",
    "gesamtjahr",
    "ensemble de l'exercice",
    "ensemble de l'année",
    "helåret",
)
_YEARS_OF_ACCOUNT = ("rok", "exercice", "ejercicio", "esercizio", "exercício", "geschäftsjahr", "boekjaar")
_MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_ORDINAL = "|".join(
    sorted(("(?-i:I)" if word == "i" else re.escape(word) for word in ORDINALS), key=len, reverse=True)
)
_PARTS_BY_MONTHS = {
    ("1", "3"): "q1", ("4", "6"): "q2", ("7", "9"): "q3", ("10", "12"): "q4",
    ("1", "6"): "h1", ("7", "12"): "h2", ("1", "9"): "f9", ("1", "12"): "fy",
}  # fmt: skip
PERIOD = re.compile(
    rf"\b(?:(?:fy\s?)?({_YEAR}(?:/\d\d(?:\d\d)?)?)(?!\d|[.,]\d|\s?[%€])|fy\s?'?(\d\d(?:/\d\d)?)"
    rf"|([1-4])(?:q|t(?=\d\d|\s{_YEAR}))(\d\d)?|(?:q|kv|t(?=[1-4]\s?{_YEAR}))([1-4])"
    rf"|(?:h|s(?=[12]\s{_YEAR}))([12])|([12])[hs](?:(\d\d)|(?=\s{_YEAR}))"
    rf"|(?<![-\u2013])({_ORDINAL})[ -]({'|'.join(PARTS_OF_YEARS)})"
    rf"|({'|'.join(FULL_YEARS)}|(?:{'|'.join(_YEARS_OF_ACCOUNT)})(?=\s{_YEAR}))"
    rf"|(?<![€$£.,\d])([369]|12)m(?=\s?(?:fy\s?)?'?\d\d)(?:(\d\d))?"
    rf"|({_MONTH_NAMES})\.?\s?[-\u2013/]\s?({_MONTH_NAMES})(?=\W|\Z)"
    rf"|({_MONTH_NAMES})(?=\.?\s?(?:\d|$|[,.;|)\]\":-])|\s(?:de|and|to|und)\b)"
    rf"|(?:(?<=\bin\s)|(?<=\bim\s)|(?<=\ben\s)|(?<=\bthe\s))({_MONTH_NAMES}))"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_WHOLE = tuple({name.replace("-", " ").split()[0] for name in FULL_YEARS})
_YEARS = tuple(f"{year}" for year in range(1900, 2100))
_SHORT_YEARS = tuple(f"{year:02}" for year in range(100))
SEEDS = frozenset(
    [
        *MONTHS, *PARTS_OF_YEARS, *_YEARS, *_WHOLE, *_YEARS_OF_ACCOUNT, "fy",
        *(f"fy{year}" for year in (*_YEARS, *_SHORT_YEARS)),
        "h1", "h2", "s1", "s2", *(f"{part}{n}" for n in "1234" for part in ("q", "t", "kv")),
        *(f"{n}{part}{year}" for n in "1234" for part in "qths" for year in ("", *_SHORT_YEARS)),
        *(f"{n}m{year}" for n in (3, 6, 9, 12) for year in ("", *_SHORT_YEARS)),
    ]
)  # fmt: skip
"""The words with which a period begins or, behind an ordinal, ends: no other word has one."""
_MAYBE = re.compile(
    r"\d|quart|half|halb|year|jahr|semest|trimest|exerc|ann[eé]|kvart|kwart|år\b", re.IGNORECASE
)
_ELIDED = re.compile(r"^(?:[ldjmtscn]|qu|dell|all|nell|dall|sull|un)['\u2019](?=\w)")
_OF_A_KIND = {"q": "p", "h": "p", "f": "p"}
_LONG, _SHORT, _ENDING = 10, 6, 4
_SHORT_TEXT = 24
_NAMES_A_PERIOD = re.compile(r"[1-4][qht](?:\d\d)?|(?:q|kv|t)[1-4]|h[12]|fy\d\d(?:\d\d)?")
_NOT_UNITS = frozenset({"percentage"})
Words = frozenset[str]
NOTHING: Words = frozenset()
_MOST_WORDS, _LONGEST_WORD = 8192, 40


def label_words(text: str) -> Words:
    """The words of a label, without those that carry no meaning in one; synonyms are one word. Whole
    numbers, versions and codes belong to a label, too: `#3`, `5.1.2`, `sh-7741`.
    """
    if text.isascii():  # the same words, in a third of the time
        return NOTHING.union(*map(_pieces, text.translate(_ASCII_PIECES).split()))
    return NOTHING.union(*map(_meant, _WORD.findall(text.casefold())))


@remembered(_MOST_WORDS, _LONGEST_WORD)
def _pieces(piece: str) -> tuple[str, ...]:
    return tuple([one for word in _WORD.findall(piece) for one in _meant(word)])


@remembered(_MOST_WORDS, _LONGEST_WORD)
def _meant(word: str) -> tuple[str, ...]:
    if word in _NOT_A_LABEL or (len(word) > 1 and word not in _NOT_UNITS and _means_no_thing(word)):
        return ()
    if word in _PARTS or word in _SAME:
        return _PARTS.get(word) or (_SAME[word],)
    if word in NUMBER_WORDS:
        return (f"#{NUMBER_WORDS[word]:.0f}",)
    word = _ELIDED.sub("", word)
    if any(letter.isdigit() for letter in word):
        return _number(word) if word.replace(".", "").isdecimal() else (word,)
    word = word.removesuffix("'s").removesuffix("\u2019s")
    if "-" in word:
        not_so = "non-" if word.startswith("non-") else ""  # what is non-GAAP is not GAAP
        parts = word.removeprefix(not_so).split("-")
        return tuple([f"{not_so}{one}" for part in parts if part for one in _meant(part)])
    return (_stem(word.rpartition("'")[2] or word),)


def _means_no_thing(word: str) -> bool:
    """A unit, or a period such as 3q25."""
    return bool(unit_named(word)) or _NAMES_A_PERIOD.fullmatch(word) is not None


def _number(word: str) -> tuple[str, ...]:
    if word.count(".") >= 2:
        return (word,)
    if "." in word or len(word) > 4 or (len(word) == 4 and word[:2] in ("19", "20")):
        return ()
    return (f"#{int(word)}",)


def _stem(word: str) -> str:
    """What inflections of a word share; compounds differ in their ends, so that long words keep more."""
    if word.endswith("s") and len(word) > 3 and not word.endswith("ss"):
        word = word[:-1]
    return word[: _SHORT if len(word) <= _LONG else max(_SHORT, len(word) - _ENDING)]


def periods(text: str) -> Words:
    """`y2023`, `q3`, `h1`, `m10`, `fy` for what a text names of years, quarters, halves and months."""
    if SEEDS.isdisjoint(words(text)) or (len(text) > _SHORT_TEXT and not _MAYBE.search(text)):
        return NOTHING  # a month alone is a word like others
    return frozenset([name for match in PERIOD.finditer(text) for name in period_named(match)])


def period_named(match: re.Match[str]) -> Iterator[str]:
    year, short, n, n_year, q, h, m, m_year, ordinal, kind, full, *months = match.groups()
    first, first_year, since, until, month, within = months
    month = month or within
    if first:
        yield _PARTS_BY_MONTHS["1", first]
    if since:
        span = MONTHS[since.casefold()][1:], MONTHS[until.casefold()][1:]
        yield _PARTS_BY_MONTHS.get(span, MONTHS[until.casefold()])
    if year:
        yield f"y{year if len(year) <= len('2024/25') else year[:5] + year[-2:]}"
    if short or n_year or m_year or first_year:
        yield f"y20{short or n_year or m_year or first_year}"
    if n or q:
        yield f"q{n or q}"
    if h or m:
        yield f"h{h or m}"
    if ordinal:
        of_half = kind.casefold().startswith(_NAMES_A_HALF)
        yield ("h" if of_half else "q") + ORDINALS[ordinal.casefold()]
    if full:
        yield "fy"
    if month:
        yield MONTHS[month.casefold()]


def kind_of(period: str) -> str:
    """Years, months, and parts of a year with the whole."""
    return _OF_A_KIND.get(period[0], period[0])


@functools.lru_cache(maxsize=4096)
def agree(one: Words, other: Words) -> bool:
    """Whether two sets of periods can mean the same time: what only one of them names does not part them.

    Remembered, as the few periods of a table meet in every pair of its cells.
    """
    if not one or not other:
        return True
    kinds = {kind_of(period) for period in one} & {kind_of(period) for period in other}
    return kinds <= {kind_of(period) for period in _in_common(one, other)}


def _in_common(one: Words, other: Words) -> Words:
    """The financial year 2024/25 is what some call 2024 and others 2025."""
    split = [period for period in one ^ other if "/" in period]
    ends = {f"y{year}" for period in split for year in (period[1:5], f"{period[1:3]}{period[6:]}")}
    return one & other | (ends & (one | other))
