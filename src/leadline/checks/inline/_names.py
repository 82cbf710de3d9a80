"""Names in a text: runs of capitalised words, found and compared without a dictionary."""

import re
import unicodedata
from collections.abc import Set as AbstractSet
from functools import cached_property

from leadline.checks.inline._translated import OTHER_NAMES

_UPPER = "A-ZÀ-ÖØ-ÞĆČĎĐĘĚŁŃŇŐŘŚŞŠŤŮŰŹŻŽΑ-ΩА-Я"
_WORD = re.compile(r"[^\W_]+")
_ASCII_WORDS = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
# the capital comes first, its look-behind after it: so the engine skips from capital to capital
_PART = rf"[{_UPPER}](?<![^\W_].)[^\W_]*(?:[.&-][^\W_]+)*(?:['\u2019](?!s\b)[^\W_]+)?"
_RUN = re.compile(rf"{_PART}(?: {_PART})*")
_HEADING = re.compile(
    r"\n[ \t]*+(?:#.*|[-*•]?[ \t]*+\*\*[^*\n]{1,80}\*\*:?|[^\n.!?]{1,60}:)[ \t]*+$", re.MULTILINE
)
_LABEL = re.compile(r"\n[ \t]*+(?:[-*•]|\d{1,2}[.)])?[ \t]*+\**+[^\n.:!?*]{1,60}\**+:\**+(?=\s)")
_ENDS = frozenset('.!?:;\n\r•"\u201c\u201d\u201e\u2018*_#>([-\u2013\u2014\u2026|/')
_VERB_AFTER_A_NAME = re.compile(
    r"['\u2019]s\b|\s(?:is|was|has|had|said|says|will|would|can|could|did|does|reported|announced|confirmed|"
    r"claims?|launched|offers?|offered|became|found|showed|shows|wrote|stated|states|noted|notes)\b"
)


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OPENERS = _listed(
    "a about according after all also although an and another as at based because before both but by can "
    "together combined compared meanwhile instead finally subtracting adding "
    "could do does during each either every everyone everything for from given half has have he her here "
    "his how however if in into is it its let many maybe more most much my neither no nobody none not "
    "nothing now of on one only or other others our over overall per please she since so shall some someone "
    "something that the their then there these they this those to today two under unlike until up upon we "
    "what when where which while who why will with within without would yes you your "
    "le la les il lo gli el los las un une uno una der die das ein eine de het een det den en ett os um uma"
)
_ALWAYS_KNOWN = _listed(
    "monday tuesday wednesday thursday friday saturday sunday i ok okay mr mrs ms dr prof ll ve re im id"
)
_MONTHS = "january february march april may june july august september october november december"
_FORMS_OF_MONTHS = {
    form: (month, month[:3], month[:4]) for month in _MONTHS.split() for form in (month, month[:3], month[:4])
}
_GERMAN = _listed(
    "der die das und ist nicht ein eine einen mit für von zu den dem auf wird sind im am um bei betrug "
    "beträgt lag sie wir ergibt ergeben mal nach aus stieg sank zahlen davon rund kostet sowie wurde wurden "
    "insgesamt"
)
_ENGLISH = _listed("the of is was were and to for with by from has have you your are it")
_FEWEST_GERMAN = 2
_TITLES = {"ceo": {"chief", "executive"}, "cfo": {"chief", "financial"}, "coo": {"chief", "operating"}}
_ABSTRACT = (
    "ment",
    "tion",
    "sion",
    "ing",
    "ness",
    "ity",
    "ance",
    "ence",
    "ship",
    "ure",
    "ism",
    "ings",
    "ments",
)
_OF_A_PLACE = ("n", "an", "ian", "ese", "ish", "i", "er")
_NO_TITLE = frozenset({""})
_LONGEST_ENDING = 3
_SHORTEST_STEM = 4
_LONGEST_SPELT = 4
_ACRONYM = range(3, 5)


def words(text: str) -> set[str]:
    if text.isascii():  # the same words, six times as fast
        return set(text.translate(_ASCII_WORDS).split())
    return set(_WORD.findall(text.casefold()))


class Acronyms:
    """Initials of each run of capitalised words of a text: The World Health Organization gives `who` and
    `twho`. Read when first asked for, as most names need none.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, word: str) -> bool:
        return word in self._all

    @cached_property
    def _all(self) -> set[str]:
        runs = _RUN.findall(self._text)
        initials = {"".join([name[0] for name in run.split(" ")]).casefold() for run in runs}
        return initials | {letters[1:] for letters in initials}

    def are_spelt_out(self, acronym: str) -> bool:
        """Whether words in a row have these initials: net revenue retention is NRR."""
        return acronym.isupper() and len(acronym) in _ACRONYM and acronym.casefold() in self._of_every_word

    @cached_property
    def without_accents(self) -> set[str]:
        """The words of the text that have any, without them."""
        return {_plain(word) for word in _WORD.findall(self._text) if not word.isascii()}

    @cached_property
    def _of_every_word(self) -> str:
        return "".join([word[0] for word in _WORD.findall(self._text.casefold())])


def names(text: str, vocabulary: AbstractSet[str], *, english: bool = True) -> list[str]:
    """The names in a text of this vocabulary, which may be `english`, as the verbs known here are.

    Headings and labels are left out. So is a lone capitalised word that opens a sentence, unless it has a
    second capital or is followed by a verb that follows names. A German text has none: every noun has a
    capital there.
    """
    german = len(vocabulary & _GERMAN)
    if german >= _FEWEST_GERMAN and german > len(vocabulary & _ENGLISH):
        return []
    text = _LABEL.sub("\n\n", _HEADING.sub("\n\n", f"\n{text}"))
    return list(
        filter(None, [_without_opener(text, match, english=english) for match in _RUN.finditer(text)])
    )


def known(name: str, vocabulary: AbstractSet[str], initials: Acronyms) -> bool:
    """Whether each word of the name stands in the vocabulary, in a form of it, with other accents or as
    initials.
    """
    return all(
        _word_known(word, vocabulary, initials)
        or _plain(word) in vocabulary
        or _plain(word) in initials.without_accents
        for word in _WORD.findall(name)
        if not word.islower()
    )


def _plain(word: str) -> str:
    """In small letters without accents: euribor for Euríbor."""
    letters = unicodedata.normalize("NFD", word.casefold())
    return "".join([letter for letter in letters if not unicodedata.combining(letter)])


def _word_known(word: str, vocabulary: AbstractSet[str], initials: Acronyms) -> bool:
    word = word.casefold()
    return (
        word in vocabulary
        or word in _ALWAYS_KNOWN
        or len(word) == 1
        or word.rstrip("s") in vocabulary
        or word + "s" in vocabulary
        or (word.endswith("ies") and word[:-3] + "y" in vocabulary)
        or any(form in vocabulary for form in _FORMS_OF_MONTHS.get(word, ()))
        or (len(word) <= _LONGEST_SPELT and all(letter in vocabulary for letter in word))
        or word in initials
        or not OTHER_NAMES.get(word, _NO_TITLE).isdisjoint(vocabulary)
        or _TITLES.get(word, _NO_TITLE) <= vocabulary
        or _is_inflected(word, vocabulary)
    )


def _is_inflected(word: str, vocabulary: AbstractSet[str]) -> bool:
    """Whether the source has it with another ending: Kenyan and Kenya, growth and grow, India and Indian."""
    lengths = range(max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING), len(word))
    return any(word[:length] in vocabulary for length in lengths) or (
        len(word) > _SHORTEST_STEM and any(word + ending in vocabulary for ending in _OF_A_PLACE)
    )


def _without_opener(text: str, run: re.Match[str], *, english: bool) -> str:
    """The run, without its first word where that says nothing; empty if nothing is left."""
    start, end = run.span()
    before = text[start - 3 if start > 3 else 0 : start].rstrip(" \t")
    if before and before[-1] not in _ENDS:
        return run.group()
    first, _, rest = run.group().partition(" ")
    if first.partition("'")[0].casefold() in _OPENERS:
        return rest
    if rest or sum(map(str.isupper, first)) > 1:
        return run.group()
    if first.endswith(_ABSTRACT):
        return ""
    return first if english and _VERB_AFTER_A_NAME.match(text, end) else ""
