"""What one check found in one answer. A signal is evidence; the failure event is triage's verdict."""

from enum import StrEnum

import msgspec

from leadline.vocabulary.taxonomy import FailureKind


class Verdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not_applicable"


class Signal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`kind` is set when the verdict is `fail`. `score` is the check's own measure (see its page).

    `evidence` is at most 200 characters, safe to store. `took_us` is the check's own time. `attempt` is the
    number of the attempt that gave the answer; 0 = the last one.
    """

    check: str
    verdict: Verdict
    kind: FailureKind | None = None
    score: float | None = None
    evidence: str = ""
    took_us: int = 0
    attempt: int = 0

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.FAIL) != (self.kind is not None):
            raise ValueError(f"signal of {self.check}: a failing verdict and a failure kind go together")
