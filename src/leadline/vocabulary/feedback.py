"""What people say of an answer, told after it."""

from enum import StrEnum

import msgspec

from leadline.vocabulary.exchange import Exchange
from leadline.vocabulary.taxonomy import FailureKind


class Complaint(StrEnum):
    """What somebody holds against an answer."""

    WRONG = "wrong"
    OFF_TOPIC = "off_topic"
    FORMAT = "format"
    REFUSED = "refused"
    EMPTY = "empty"
    OTHER = "other"

    @property
    def kind(self) -> FailureKind:
        """`quality.regression` where nobody says what is bad: it means something as a rate only."""
        return _KINDS.get(self, FailureKind.QUALITY_REGRESSION)


_KINDS = {
    Complaint.WRONG: FailureKind.QUALITY_HALLUCINATION,
    Complaint.OFF_TOPIC: FailureKind.QUALITY_COHERENCE,
    Complaint.FORMAT: FailureKind.QUALITY_FORMAT,
    Complaint.REFUSED: FailureKind.QUALITY_REFUSAL,
    Complaint.EMPTY: FailureKind.QUALITY_EMPTY,
}


class FeedbackNote(msgspec.Struct, frozen=True, kw_only=True, tag="feedback"):
    """One person's word on the request of `exchange`, at Unix time `at`.

    `rater` is a digest of who they are, empty = not told. `score` is 0..1, 1 = good; None = not judged.
    `corrected` is what they would have wanted to read. Both texts are transient unless `keep`, and empty
    where the key's capture is `facts`; their lengths in characters are told all the same.
    """

    exchange: Exchange
    at: float
    rater: str = ""
    score: float | None = None
    complaint: Complaint | None = None
    comment: str = ""
    corrected: str = ""
    comment_chars: int = 0
    corrected_chars: int = 0
    keep: bool = False

    @property
    def request_id(self) -> str:
        return self.exchange.request_id
