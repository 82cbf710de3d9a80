"""What checks and guards did not get to see, for the heartbeat."""

from collections.abc import Mapping

from leadline.gateway.activation import ActivePlan
from leadline.vocabulary import LostSight


def lost_sight(active: ActivePlan | None) -> LostSight:
    """By the plan in use; counts go on from those before it."""
    if active is None:
        return LostSight()
    checking, guarding = active.checking, active.guarding
    if guarding is None:
        return LostSight(
            checks_skipped=checking.skipped, skipped_most=_most(checking.skipped_by), parked=checking.parked
        )
    failed_by, ends = guarding.scanner.failed_by, guarding.ends
    return LostSight(
        checks_skipped=checking.skipped + guarding.failed,
        skipped_most=_most(checking.skipped_by + failed_by),
        parked=checking.parked,
        processes_killed=ends.killed,
        processes_timed_out=ends.timed_out,
        processes_restarted=ends.restarted,
        guards_asked=guarding.asked,
        guards_failed=guarding.failed,
        guard_most=_most(failed_by),
        guards_unavailable=dict(guarding.pool.unavailable),
    )


def _most(counts: Mapping[str, int]) -> str:
    return max(counts, key=lambda name: counts[name], default="")
