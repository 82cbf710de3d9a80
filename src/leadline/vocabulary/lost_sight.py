"""What the checks and guards of one gateway worker did not get to see."""

import msgspec


class LostSight(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Counts run from the worker's start. `checks_skipped` checks and guards gave no verdict, most of them
    `skipped_most`; `parked` checks rest now; `processes_killed` check processes took too long or died,
    `processes_timed_out` of them the former, and `processes_restarted` came up in the place of others.

    Guards were asked `guards_asked` times and gave no verdict `guards_failed` times, most of them
    `guard_most`. `guards_unavailable` cannot work in the check processes as they are now, and why.
    """

    checks_skipped: int = 0
    skipped_most: str = ""
    parked: tuple[str, ...] = ()
    processes_killed: int = 0
    processes_timed_out: int = 0
    processes_restarted: int = 0
    guards_asked: int = 0
    guards_failed: int = 0
    guard_most: str = ""
    guards_unavailable: dict[str, str] = {}
