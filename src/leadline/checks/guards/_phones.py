"""Telephone numbers, by their form or by the words beside them."""

import re
from collections.abc import Iterator

_CANDIDATE = re.compile(
    r"(?<![\w.,:/#=$€£-])(?<!\d )(?:\((?=\+?\d{1,5}\)))?\+?\d[\d().\x20\xa0/-]{5,22}\d"
    r"(?!\w)(?![.,:/-]\d)(?!\s?[%$€£])"
)
_INTERNATIONAL = re.compile(r"(?:\+|00|\(\+)[1-9][\d().\x20\xa0/-]*")
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d([.-]| ))[2-9]\d\d[.\x20-]\d{4}")
_NATIONAL = re.compile(r"\(?0[1-9]\d{0,3}\)?(?:[ ./-]\d{2,4}){2,4}|\(?0[1-9]\d{0,3}\)? \d{5,8}")
_CUE_BEFORE = re.compile(
    r"(?:\b(?:tele)?phone|\btel|\bmobile|\bcell|\bfax|\bcall(?:ed|ing)?|\bring|\bdial(?:l?ed)?|\breach"
    r"|\banswering|\bwhats?app|\bsms|\btext(?:ed)?|\bhotline|\bhelpline|\bpager|\bcontact"
    r"|\btelefon\w*|\bhandy|\bmobil\w*|\bt[ée]l[ée]phone|\bportable|\btel[ée]fono|\bm[óo]vil|\bllame|\brufen"
    r"|\banrufen|\bappele[rz]|\bcellulare|\btelefoon|\bbel|\bphones?|☎|📞|电话|電話)"
    r"[^\n\d]{0,24}(?:\n[^\n\d]{0,4})?\Z",
    re.IGNORECASE,
)
_CUE_AFTER = re.compile(
    r"\s{0,3}[(,-]?\s?(?:office|fax|mobile|cell|home|work|phone|direct|landline|switchboard|tel)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)\d\d[-./]\d\d?[-./]\d\d?(?:\s\d.*)?|\d\d?[-./]\d\d?[-./](?:19|20)?\d\d(?:\s\d.*)?"
    r"|(?:19|20)\d\d\s?[-/]\s?(?:19|20)\d\d"
)
_CUE_LENGTH = 60
_FEWEST, _MOST = 7, 15
"""Digits: a local number of seven; ITU-T E.164 allows fifteen."""


def phones(text: str) -> Iterator[tuple[int, int]]:
    for match in _CANDIDATE.finditer(text):
        written = match.group()
        digits = sum(map(str.isdigit, written))
        if not _FEWEST <= digits <= _MOST or _DATE.fullmatch(written) or not _balanced(written):
            continue
        if _has_the_form(written, digits) or _is_called_one(text, *match.span()):
            yield match.span()


def _has_the_form(written: str, digits: int) -> bool:
    if _INTERNATIONAL.fullmatch(written):
        return digits > _FEWEST
    return bool(_NORTH_AMERICAN.fullmatch(written) or (digits > 8 and _NATIONAL.fullmatch(written)))


def _is_called_one(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _CUE_LENGTH) : start]
    return bool(_CUE_AFTER.match(text, end) or _CUE_BEFORE.search(before))


def _balanced(written: str) -> bool:
    return written.count("(") == written.count(")") <= 1
