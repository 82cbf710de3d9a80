"""What crosses from the gateway to the watch through the spool: one exchange, or one sign of life."""

import msgspec

from leadline.vocabulary.exchange import Exchange, ProviderIdentifier
from leadline.vocabulary.feedback import FeedbackNote
from leadline.vocabulary.lost_sight import LostSight
from leadline.vocabulary.retrieval import RetrievalNote
from leadline.vocabulary.review import HeldText
from leadline.vocabulary.signal import Signal
from leadline.vocabulary.taxonomy import FailureKind


class CapturedText(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The text of an exchange, present only when `capture` is `transient` or `keep`."""

    prompt: str = ""
    context: str = ""
    answer: str = ""
    keep: bool = False


class Observation(msgspec.Struct, frozen=True, kw_only=True, tag="observation"):
    """`weight` > 1 says that this record stands for others which were thinned out; every rate uses it."""

    exchange: Exchange
    signals: tuple[Signal, ...] = ()
    text: CapturedText | None = None
    weight: float = 1.0


class TargetPulse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One target as a worker sees it now. `breaker` is closed, half_open or open, since Unix time `since`
    for `cause`; `held` while a rate limit keeps it waiting.

    What the provider last said is left of its rate limits; None = it does not say. `exhausted_in_s` is when
    the first of them runs out at the present rate; None = not before it is filled up again.
    """

    target: ProviderIdentifier
    breaker: str = "closed"
    since: float = 0.0
    cause: FailureKind | None = None
    held: bool = False
    remaining_requests: float | None = None
    remaining_tokens: float | None = None
    exhausted_in_s: float | None = None


class TargetNews(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="target_news"):
    """Something changed about a target, at Unix time `at`, of which no single request tells.

    `what` is `breaker` (`before` and `after` are its states, `cause` the failure), `headroom` (`measured`
    seconds until a rate limit is reached, which is less than the `threshold` seconds until it is filled up)
    or `certificate` (it ends in `measured` seconds, which is less than `threshold`).
    """

    host: str
    worker: int
    at: float
    target: ProviderIdentifier
    what: str
    before: str = ""
    after: str = ""
    cause: FailureKind | None = None
    measured: float | None = None
    threshold: float | None = None
    evidence: str = ""


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="heartbeat"):
    """Written by each gateway worker once a second. Counts run from the worker's start.

    `ending` marks the last one of a worker that goes in order: its silence is no failure. `targets` holds
    those that are not simply well, or whose headroom has changed. `checks_skipped` is that of `lost`, for
    watches of an earlier version. `dropped_failures` of the `dropped` are copies of failures.
    """

    host: str
    worker: int
    pid: int
    at: float
    plan_generation: int = 0
    in_flight: int = 0
    requests: int = 0
    recorded: int = 0
    dropped: int = 0
    dropped_failures: int = 0
    drop_reason: str = ""
    spool_bytes: int = 0
    checks_skipped: int = 0
    lost: LostSight = LostSight()
    ending: bool = False
    targets: tuple[TargetPulse, ...] = ()


SpoolRecord = Observation | Heartbeat | TargetNews | RetrievalNote | FeedbackNote | HeldText
