"""What the watch knows of its own sight at a tick: triage judges it like any other telemetry."""

import msgspec

from leadline.vocabulary.lost_sight import LostSight


class WorkerSight(msgspec.Struct, frozen=True, kw_only=True):
    """One life of one gateway worker. `silent_s` is since its last heartbeat; counts run from its start."""

    name: str
    life: str
    silent_s: float = 0.0
    requests: int = 0
    recorded: int = 0
    dropped: int = 0
    dropped_failures: int = 0
    drop_reason: str = ""
    checks_skipped: int = 0
    lost: LostSight = LostSight()


class DeepCheckSight(msgspec.Struct, frozen=True, kw_only=True):
    """One deep check, counted from the watch's start. `unavailable` says why it cannot work; `asked_for` =
    people named it in the configuration.
    """

    name: str
    looked: int = 0
    skipped: int = 0
    failed: int = 0
    parked: bool = False
    unavailable: str = ""
    asked_for: bool = False


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What the supervisor told people while the watch could not. The watch goes on under the same id."""

    incident_id: str
    opened_at: float
    reason: str


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """`lag_s`: how late the spool is read. `disk_full`: stores without room. `untold`: for each destination
    that takes nothing, since how many seconds. `reported` while the supervisor says that the watch fails.
    `deep_age_s`: how old the oldest answer is that waits for the deep checks.
    """

    lag_s: float = 0.0
    workers: tuple[WorkerSight, ...] = ()
    disk_full: tuple[str, ...] = ()
    untold: dict[str, float] = {}
    reported: Reported | None = None
    deep: tuple[DeepCheckSight, ...] = ()
    deep_age_s: float = 0.0
