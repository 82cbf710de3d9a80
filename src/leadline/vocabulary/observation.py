"""What crosses from the gateway to the watch through the spool: one exchange, or one sign of life."""

import msgspec

from leadline.vocabulary.exchange import Exchange
from leadline.vocabulary.signal import Signal


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


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="heartbeat"):
    """Written by each gateway worker once a second. Counts run from the worker's start.

    `ending` marks the last one of a worker that goes in order: its silence is no failure.
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
    drop_reason: str = ""
    spool_bytes: int = 0
    checks_skipped: int = 0
    ending: bool = False


SpoolRecord = Observation | Heartbeat
