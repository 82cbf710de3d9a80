"""Builds the guardrails of a plan for one worker."""

import functools
import time
from collections.abc import Callable, Mapping
from typing import NoReturn

from leadline import plugs
from leadline.checks.guards import Guard, NeedsLoading, ToldTheSystemPrompt
from leadline.checks.guards.content import Content
from leadline.gateway.guarding.apart import PoolsApart
from leadline.gateway.guarding.moderating import ModeratedPool, Moderator
from leadline.gateway.guarding.pool import NoPool, Pool
from leadline.gateway.guarding.ready import Guarding, TokensOf
from leadline.gateway.guarding.scanning import CheckPool, Scanner, is_quick
from leadline.gateway.guarding.sharing import SharedPools
from leadline.gateway.patience import Patience
from leadline.vocabulary import Guardrails, GuardSettings, ScanAnswer, ScanJob, ScanSetup
from leadline.wiring.guard_process import COMMAND, GUARDS, build_guard, look

CONTENT = "content"


def guarding_by(
    secrets: Callable[[str], str], patience: Patience | None = None
) -> Callable[[Guardrails], Guarding]:
    """Builds the quick guards, and begins to start the check processes or goes on with those that know the
    same guards. What it returns raises LookupError or ValueError when a guard does not exist, cannot be
    built, or the key of its tokens is missing.
    """
    shared = SharedPools()

    def ready(rails: Guardrails) -> Guarding:
        tokens = _tokens_of(secrets(rails.token_key)) if rails.token_key else _no_tokens
        here = {name: guard for name, one in rails.guards.items() if (guard := quick_guard(one)) is not None}
        whole = ModeratedPool(_pools(rails, shared), _moderators(rails))
        scanner = Scanner(here, whole, rails.longest_text, time.perf_counter, patience, _informed(rails))
        return Guarding(rails, scanner, whole, tokens)

    return ready


def _pools(rails: Guardrails, shared: SharedPools) -> CheckPool:
    """Guards with a model that takes a while to read have processes of their own: neither it nor what it
    costs to ask it keeps the others waiting.
    """
    slow = {name: one for name, one in rails.guards.items() if issubclass(_kind(one), NeedsLoading)}
    others = {name: one for name, one in rails.guards.items() if name not in slow}
    if not slow or not others:
        return _started(rails.guards, rails, shared)
    own = _started(slow, rails, shared)
    return PoolsApart(_started(others, rails, shared), dict.fromkeys(slow, own))


def _started(guards: Mapping[str, GuardSettings], rails: Guardrails, shared: SharedPools) -> CheckPool:
    setup, size, deadline_s = ScanSetup(dict(guards)), rails.processes, rails.deadline_s

    def start() -> Pool:
        pool = Pool(COMMAND, setup, size, deadline_s)
        pool.start()
        return pool

    return shared.lease((setup, size, deadline_s), start)


def _moderators(rails: Guardrails) -> dict[str, Moderator]:
    """Of the guards that ask a route; activation tells them its targets."""
    asking = {name: one for name, one in rails.guards.items() if one.settings.get("model")}
    built = {name: build_guard(one) for name, one in asking.items() if one.type == CONTENT}
    return {name: Moderator(guard) for name, guard in built.items() if isinstance(guard, Content)}


def guarding_here(rails: Guardrails, secrets: Callable[[str], str], perf: Callable[[], float]) -> Guarding:
    """The same with all guards in this process, for a text or two."""
    tokens = _tokens_of(secrets(rails.token_key)) if rails.token_key else _no_tokens
    pool = _Here({name: build_guard(one) for name, one in rails.guards.items()})
    return Guarding(
        rails, Scanner({}, pool, rails.longest_text, perf, informed=_informed(rails)), pool, tokens
    )


class _Here(NoPool):
    """A check process that is none."""

    def __init__(self, guards: dict[str, Guard]) -> None:
        self._guards = guards

    async def ask(self, job: ScanJob) -> ScanAnswer | str:
        return look(job, self._guards, {})


def quick_guard(settings: GuardSettings) -> Guard | None:
    """For the worker itself; None = it is slow, and lives in the check process only."""
    return build_guard(settings) if is_quick(_kind(settings)) else None


def _kind(settings: GuardSettings) -> type[object]:
    return plugs.plug(GUARDS, settings.type)


def _informed(rails: Guardrails) -> frozenset[str]:
    guards = rails.guards.items()
    return frozenset({name for name, one in guards if issubclass(_kind(one), ToldTheSystemPrompt)})


def _tokens_of(secret: str) -> TokensOf:
    from leadline.policy.tokens import Tokens, cipher_of  # noqa: PLC0415 - 8 MB that most gateways never need

    return functools.partial(Tokens, cipher_of(secret))


def _no_tokens(caller: str) -> NoReturn:
    raise LookupError(f"there is no token key for {caller}; `leadline check` refuses such a plan")
