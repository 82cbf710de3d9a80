"""Telephone numbers, by their form or by the words beside them."""

import re
from collections.abc import Iterator

from leadline.checks.guards._columns import Columns
from leadline.checks.guards._ibans import in_an_iban

_CANDIDATE = re.compile(
    r"[+(\d](?<![\w./#$€£+-].)(?<!\d .)"
    r"(?:(?<=\()(?=\+?\d[\d -]{0,5}\))\+?|(?<=\+)(?:\((?=\d[\d -]{0,5}\)))?(?=\d)|(?<=\d))"
    r"[\d().\x20\xa0/-]{5,23}\d"
    r"(?:[ ,]{0,2}(?:x|ext\.?|extension)[ .:]?\d{1,6})?"
    r"(?!\w)(?![.:/-]\d)(?!\s?[%$€£])"
)
_EXTENSION = re.compile(r"[ ,]{0,2}[ex].*", re.DOTALL)
_INTERNATIONAL = re.compile(r"(?:\+|00|\(\+|\+\()[1-9][\d().\x20\xa0/-]*")
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d([.-]| ))[2-9]\d\d[.\x20-]\d{4}")
_NATIONAL = re.compile(
    r"\(?0[1-9]\d{0,3}\)?(?:[ ./-]\d{2,4}){2,4}|\(?0[1-9]\d{0,3}\)? \d{5,8}"
    r"|(?:8[ -]?)?\(\d{2,4}\) ?\d{3,5}(?:[ -]\d{2,4}){1,2}"
)
_WORDS = (
    r"(?:tele)?phones?|tel|telefon\w*|t[ée]l[ée]phone|tel[ée]fono?|telefone|telefoon\w*|puhelin\w*|tlf|fax|mob"
    r"|mobil\w*|cell\w*|celular|cellulare|handy\w*|m[óo]vil|portable|gsm|pager|hotline|helpline|switchboard"
    r"|whats?app|sms|text(?:ed|ing)?|voicemail|call(?:ed|ing|s)?|ring|rang|dial(?:l?ed)?|reach(?:ed)?|answering"
    r"|contact\w*|rufen|anrufen|ruf|appele[rz]|joindre|ll[aá]m[ea]\w*|chiam\w+|ligue|bel|bellen|zadzwo\w+"
    r"|тел\w*|позвон\w*|звон\w*"
)
_OWN_NUMBER = (
    r"(?:my|his|her|our|their|your|mon|ton|votre|mi|su|meu|seu|mein[e]?|ihre?|mijn|il mio)"
    r"(?: (?:new|old|home|work|office|direct|private|personal|neue|nouveau|nuevo|novo))?"
    r" (?:number|num[ée]ro|n[úu]mero|nummer)"
)
_BEGINS_A_WORD = r"(?:(?<![^\W\d_])|(?-i:(?<=[a-z])(?=[A-Z])))"
_CUE_BEFORE = re.compile(
    rf"(?:{_BEGINS_A_WORD}(?:{_WORDS}|{_OWN_NUMBER})(?![^\W\d_]*[a-z]{{12}})|[☎📞📱]|电话|電話|手机|手機|携帯|전화|휴대폰)"
    r"[^\n\d]{0,24}(?:\n[^\n\d]{0,4})?\Z",
    re.IGNORECASE,
)
_LABEL_BEFORE = re.compile(rf"{_BEGINS_A_WORD}(?:{_WORDS})[:.=\s]{{1,3}}\Z", re.IGNORECASE)
_CUE_AFTER = re.compile(
    r"\s{0,3}[(,-]?\s?(?:office|fax|mobile|cell|home|work|phone|direct|landline|switchboard|tel)\b",
    re.IGNORECASE,
)
_COLUMN = re.compile(rf"{_BEGINS_A_WORD}(?:{_WORDS})", re.IGNORECASE)
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:sku|part|order|item|serial|lot|batch|invoice|ticket|case|reference|ref|id|isbn|issn|shard|model|article"
    r"|tracking|policy|account|version|section|pages?|pp)(?: (?:no|number|code|id))?[.:#\s\"'=]{1,4}\Z",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d\d[-./]\d\d?[-./]\d\d?(?:\s\d.*)?|\d\d?[-./]\d\d?[-./](?:19|20)?\d\d(?:\s\d.*)?"
    r"|(?:19|20)\d\d\s?[-/]\s?(?:19|20)\d\d"
)
_CUE_LENGTH = 60
_SINCE_A_DIGIT = re.compile(r"\d")
_NO_WORD = " ,;:|\t\n\"'()[]{}=-."
_TIGHT = frozenset(",:;=")
"""Signs before a value in a list, a key or a query: there a national form alone says too little."""
_FEWEST, _FEWEST_OF_A_LABEL, _MOST = 7, 6, 15
"""Digits: a local number of seven, or of six behind its label; ITU-T E.164 allows fifteen."""
_FEWEST_ABROAD = {"+": 8, "00": 11}
"""Digits of an international number by its prefix, the 00 counted."""


def phones(text: str) -> Iterator[tuple[int, int]]:
    columns = Columns(text)
    for match in _CANDIDATE.finditer(text):
        written = _EXTENSION.sub("", match.group())
        digits = sum(map(str.isdigit, written))
        if not _FEWEST_OF_A_LABEL <= digits <= _MOST or _DATE.fullmatch(written) or not _balanced(written):
            continue
        start, end = match.span()
        before = _words_before(text, start)
        if (
            (_speaks_for_itself(written, digits, before) and not in_an_iban(text, start))
            or _is_called_one(text, end, before, digits)
            or (digits >= _FEWEST and _COLUMN.search(columns.head(start, end)))
        ):
            yield start, end


def is_called_one(text: str, start: int, end: int) -> bool:
    """Whether the words beside it say that a number is a telephone's."""
    return _is_called_one(text, end, _words_before(text, start), _FEWEST)


def _words_before(text: str, start: int) -> str:
    """Up to the number before: what stands beyond speaks of that one."""
    return _SINCE_A_DIGIT.split(text[max(0, start - _CUE_LENGTH) : start])[-1]


def _is_called_one(text: str, end: int, before: str, digits: int) -> bool:
    if _CUE_AFTER.match(text, end):
        return True
    if not before.strip(_NO_WORD):
        return False
    if _LABEL_BEFORE.search(before):
        return True
    return digits >= _FEWEST and _CUE_BEFORE.search(before) is not None


def _speaks_for_itself(written: str, digits: int, before: str) -> bool:
    """By its form, unless what stands before it says that it is something else."""
    if "+" in written:
        return digits >= _FEWEST_ABROAD["+"] and _INTERNATIONAL.fullmatch(written) is not None
    if before[-1:] in _TIGHT:
        return False
    if _INTERNATIONAL.fullmatch(written):
        likely = digits >= _FEWEST_ABROAD["00"]
    else:
        likely = bool(_NORTH_AMERICAN.fullmatch(written) or (digits > 8 and _NATIONAL.fullmatch(written)))
    return likely and not _OF_SOMETHING_ELSE.search(before)


def _balanced(written: str) -> bool:
    return written.count("(") == written.count(")") <= 1
