"""What one check found in one answer. A signal is evidence; the failure event is triage's verdict."""

from enum import StrEnum

import msgspec

from leadline.vocabulary.taxonomy import FailureKind


class Verdict(StrEnum):
    __hash__ = str.__hash__  # the one that enumerations bring is written in Python

    PASS = "pass"
    FAIL = "fail"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not_applicable"


class Word(StrEnum):
    """What a policy says about a finding, from the mildest to the hardest."""

    FLAG = "flag"
    """Record it; the text passes."""
    REDACT = "redact"
    """Take it out of the text; the rest passes."""
    FALL_BACK = "fall_back"
    """Give what the fallback ladder has for `guardrail`; without such a rung it blocks."""
    HOLD = "hold"
    """Keep the text from its reader until a person has looked at it."""
    BLOCK = "block"

    @property
    def rank(self) -> int:
        return _WORDS.index(self)

    @property
    def stops(self) -> bool:
        """Whether the text as it is does not reach its reader, nor any part of it."""
        return self in (Word.FALL_BACK, Word.HOLD, Word.BLOCK)


_WORDS = tuple(Word)


class Signal(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """`kind` is set when the verdict is `fail`. `score` is the check's own measure (see its page).

    `evidence` is at most 200 characters, safe to store. `took_us` is the check's own time. `attempt` is the
    number of the attempt that gave the answer; 0 = the last one. `policy` (`support@3`) and `word` are set
    for what a guardrail found: what was done about it, `flag` also where the policy only watches. `asked` =
    it was found in the question, not in the answer.
    """

    check: str
    verdict: Verdict
    kind: FailureKind | None = None
    score: float | None = None
    evidence: str = ""
    took_us: int = 0
    attempt: int = 0
    policy: str = ""
    word: Word | None = None
    asked: bool = False

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.FAIL) != (self.kind is not None):
            raise ValueError(f"signal of {self.check}: a failing verdict and a failure kind go together")

    @property
    def mitigated(self) -> bool:
        """Whether a guardrail kept what was found from its reader."""
        return self.word is not None and self.word is not Word.FLAG
