"""Publish the plan and say which gateway workers have it."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from leadline.control.plan_writer import PlanWriter, Published
from leadline.control.problems import Problem
from leadline.vocabulary import Ask, Command, Query, Told

SETTLE_S = 3.0
"""Workers look every 250 ms and tell at once in a heartbeat; a slow machine gets some more time."""
_LOOK_EVERY_S = 0.05


class Reloaded(msgspec.Struct, frozen=True):
    """`pending` names the workers that have not taken the plan up yet; None = the watch cannot tell.

    `needs_restart` names the settings that have changed and that no reload takes up.
    """

    generation: int
    changed: bool
    workers: int = 0
    pending: list[str] | None = None
    needs_restart: list[str] = []


async def reload_plan(
    plans: PlanWriter, ask: Callable[[Ask], Awaitable[Told]], settle_s: float = SETTLE_S
) -> Reloaded:
    """Raises Problem 422 when the configuration is refused; the published plan then stays."""
    done = await publish_and_wait(plans.publish, ask, "The configuration", settle_s)
    await tell_watch(ask)
    return done


async def tell_watch(ask: Callable[[Ask], Awaitable[Told]]) -> None:
    """The watch reads the configuration, too; a dead one will at its next start. Raises Problem 422."""
    try:
        told = await ask(Ask(name=Command.RELOAD, deadline_s=5.0))
    except ConnectionError:
        return
    if told.error is not None:
        message = f"The plan is published, but the watch goes on as it was: {told.error}"
        raise Problem(422, "configuration_refused", message)


async def publish_and_wait(
    publish: Callable[[], Published],
    ask: Callable[[Ask], Awaitable[Told]],
    what: str,
    settle_s: float = SETTLE_S,
) -> Reloaded:
    """Returns as soon as all workers have the plan. Raises Problem 422 when `what` is refused."""
    try:
        published = await asyncio.to_thread(publish)
    except (ValueError, LookupError, OSError) as error:
        message = f"{what} is refused, the plan in force stays: {error}"
        raise Problem(422, "configuration_refused", message) from error
    generation, waiting = published.plan.generation, list(published.waiting)
    deadline = asyncio.get_running_loop().time() + settle_s
    while True:
        workers = await _generations(ask)
        behind = [name for name, has in (workers or {}).items() if has < generation]
        if workers is None:
            return Reloaded(generation, published.changed, needs_restart=waiting)
        if not behind or asyncio.get_running_loop().time() >= deadline:
            return Reloaded(generation, published.changed, len(workers), behind, waiting)
        await asyncio.sleep(_LOOK_EVERY_S)


async def _generations(ask: Callable[[Ask], Awaitable[Told]]) -> dict[str, int] | None:
    try:
        told = await ask(Ask(name=Query.HEALTH, deadline_s=1.0))
    except ConnectionError:
        return None
    if told.error is not None or not told.rows:
        return None
    beats = told.rows[0].get("workers")
    if not isinstance(beats, list | tuple):
        return None
    # a worker that went in order serves nobody any more
    living = [beat for beat in beats if not beat.get("ending", False)]
    return {f"{beat['host']}/{beat['worker']}": int(beat.get("plan_generation", 0)) for beat in living}
