"""What the rows of one tick add up to: counts that merge in any order, so many watches can feed one keeper.

All weights lie on a grid of 1/64 and all money and scores are whole numbers, so sums are exact and merging
is associative and commutative to the last bit.
"""

from typing import NamedTuple

import msgspec

from leadline.vocabulary.condition import Condition
from leadline.vocabulary.failure_event import FailureEvent
from leadline.vocabulary.taxonomy import TrafficClass


class Stratum(NamedTuple):
    """Rows that no rule tells apart. `route` says whether they are traffic (`triage.columns`)."""

    provider: str
    model: str
    region: str
    key_alias: str
    feature: str
    template: str
    traffic_class: TrafficClass
    route: str


class CheckCount(msgspec.Struct):
    """`answers` with a verdict, `failed` of them in quality; `subtype` of the failures (`hallucination`)."""

    answers: float = 0.0
    failed: float = 0.0
    subtype: str = ""


class Counts(msgspec.Struct):
    """Weighted counts of one stratum in one tick.

    `rows` attempts; `hard` of them, by cause in `transport`, `auth`, `model_gone`; `throttled`; `broken` =
    truncated or malformed. `opened` counts breakers that opened. `responses` had status 200; `requests` are
    final rows, `repeats` those of them that ask again what was asked before. `cost_nanousd` is in 1e-9 US
    dollars, `retrieval_micro` the sum of `retrieved` scores in 1e-6.
    `latency` counts responses by sketch bucket. `recent` holds (t, was hard) of the rows while they are few,
    else nothing.
    """

    rows: float = 0.0
    hard: float = 0.0
    transport: float = 0.0
    auth: float = 0.0
    model_gone: float = 0.0
    throttled: float = 0.0
    broken: float = 0.0
    opened: float = 0.0
    responses: float = 0.0
    requests: float = 0.0
    repeats: float = 0.0
    token_events: float = 0.0
    cost_nanousd: int = 0
    retrieved: float = 0.0
    retrieval_micro: int = 0
    latency: dict[int, float] = {}
    checks: dict[str, CheckCount] = {}
    recent: list[tuple[float, bool]] = []


class Samples(msgspec.Struct, frozen=True):
    """Whole events: the three earliest, the three latest, and those with the smallest hashes.

    `drawn` pairs an event with its hash; ten are kept so that four remain beside the other six.
    """

    first: tuple[FailureEvent, ...] = ()
    last: tuple[FailureEvent, ...] = ()
    drawn: tuple[tuple[int, FailureEvent], ...] = ()


class KeyTally(msgspec.Struct):
    """The events of one incident key in one tick.

    `affected` maps kind -> request digest -> (traffic class, weight), traffic only. `blocked` counts events
    that policy stopped, `confirmed_leaks` those that left the house.
    """

    count: int = 0
    blocked: int = 0
    confirmed_leaks: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    kinds: dict[str, int] = {}
    dimensions: dict[str, dict[str, int]] = {}
    affected: dict[str, dict[int, tuple[TrafficClass, float]]] = {}
    samples: Samples = Samples()


class Tally(msgspec.Struct):
    """One tick of one watch. `finals` says of requests with trouble whether they were served in the end.

    `conditions` are the latest that deep checks told, by name.
    """

    at: float
    strata: dict[Stratum, Counts] = {}
    keys: dict[str, KeyTally] = {}
    finals: dict[int, bool] = {}
    conditions: dict[str, Condition] = {}
