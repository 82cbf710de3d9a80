"""What a deep check found over a window of answers: nobody's single fault, so it speaks for itself."""

import msgspec

from leadline.vocabulary.exchange import ProviderIdentifier
from leadline.vocabulary.taxonomy import FailureKind


class Condition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How one window of one check stands at `at` (Unix seconds). It holds until the next one of the same
    `check` and `subject`, or until `until`, when it counts as clear; None = without end.

    Neither `breached` nor `clear` = in between, where an open incident stays as it is. `measured` and
    `threshold` are in the unit that `measure` names. `evidence` is at most 200 characters, safe to store.
    """

    check: str
    subject: str
    kind: FailureKind
    breached: bool
    clear: bool
    measure: str
    measured: float
    threshold: float
    where: ProviderIdentifier
    at: float
    feature: str = ""
    tenant: str = ""
    evidence: str = ""
    until: float | None = None

    @property
    def name(self) -> str:
        return f"{self.check}/{self.subject}"
