"""What held before, told as what holds: prior guidance, a former price, last month's balance."""

import re
from collections.abc import Sequence

from leadline.checks.inline._claims import Claim
from leadline.checks.inline._index import Index
from leadline.checks.inline._labels import kind_of
from leadline.checks.inline._statements import Statement

_BEFORE = re.compile(
    r"\b(?:prior|before:|previous\w*|former\w*|old|original\w*|bisher\w*|frühere?\w*|alt(?:e[rns]?)?|"
    r"vorwert|précédent\w*|ancien\w*|anterior\w*|precedent\w*|eerder\w*|vorige|oude?|"
    r"tidigare|tidligere|föregående|poprzedni\w*|dotychczas\w*)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:from|versus|vs|than|against|compared|after|was|were|had|been|earlier|ago|last|von|statt|gegenüber|"
    r"nach|war\w*|contre|de|depuis|frente|desde|da|contro|rispetto|van|tegen|från|mot|fra|od|wobec|instead)\b",
    re.IGNORECASE,
)
_NEAR = 60


def outdated(claim: Claim, own: Sequence[Statement], index: Index) -> Statement | None:
    """What the source has beside a figure that it marks as the one before, where the answer marks nothing."""
    if not own or not all(_BEFORE.search(one.clause) for one in own):
        return None
    if _BEFORE.search(claim.sentence) or _COMPARED.search(claim.ahead[-_NEAR:]):
        return None
    if any(kind_of(one) != "p" for one in claim.near) or any(one.periods & claim.periods for one in own):
        return None
    for one in own:
        for other in index.beside(one):
            same = other.row == one.row and other.figure.unit == one.figure.unit and other not in own
            if same and other.told and not _BEFORE.search(other.clause):
                return other
    return None
