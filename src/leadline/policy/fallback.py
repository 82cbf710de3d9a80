"""What went wrong, in the words of the fallback ladder, and which rungs that calls for."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from leadline.vocabulary import FailureCategory, FailureKind

R = TypeVar("R")


class FailureMode(StrEnum):
    """`default` stands for those of upstreams (`error`, `rate_limit`, `all_open`) that have no own ladder.

    An answer is given up for what a check thinks of it only where `validation`, `quality` or `guardrail` is
    named: a check may be wrong, and the answer is there.
    """

    ERROR = "error"
    RATE_LIMIT = "rate_limit"
    VALIDATION = "validation"
    QUALITY = "quality"
    GUARDRAIL = "guardrail"
    ALL_OPEN = "all_open"
    DEFAULT = "default"


_OF_KIND = {
    FailureKind.PROVIDER_THROTTLED: FailureMode.RATE_LIMIT,
    FailureKind.PROVIDER_QUOTA: FailureMode.RATE_LIMIT,
    FailureKind.PROVIDER_SHORT_CIRCUITED: FailureMode.ALL_OPEN,
    FailureKind.QUALITY_FORMAT: FailureMode.VALIDATION,
}
_OF_CATEGORY = {FailureCategory.QUALITY: FailureMode.QUALITY, FailureCategory.SECURITY: FailureMode.GUARDRAIL}
_OF_UPSTREAMS = (FailureMode.ERROR, FailureMode.RATE_LIMIT, FailureMode.ALL_OPEN)


def mode_of(kind: FailureKind) -> FailureMode:
    return _OF_KIND.get(kind) or _OF_CATEGORY.get(kind.category, FailureMode.ERROR)


def rungs_for(mode: FailureMode, ladders: Sequence[Mapping[str, Sequence[R]]]) -> Sequence[R]:
    """The rungs of the first of `ladders` (the feature's, the route's) that speaks of `mode`."""
    for ladder in ladders:
        found = ladder.get(mode)
        if found is None and mode in _OF_UPSTREAMS:
            found = ladder.get(FailureMode.DEFAULT)
        if found is not None:
            return found
    return ()
