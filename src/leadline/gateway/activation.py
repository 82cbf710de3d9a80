"""Make a plan ready for use, once per generation, so that a request only looks things up."""

from collections.abc import Callable, Mapping

import msgspec
import structlog

from leadline.checks.inline import Warmed
from leadline.gateway.admission import AdmittedKey
from leadline.gateway.checking import Checking
from leadline.gateway.guarding.moderating import ModeratedPool
from leadline.gateway.guarding.ready import Guarding
from leadline.gateway.ladders import Ladders, ready_ladders
from leadline.gateway.parts import Decided, GatewayParts
from leadline.gateway.routing import ReadyRoute, ReadyTarget
from leadline.gateway.unread import UnreadProvider
from leadline.measures.tokens import warm
from leadline.policy.effective import Effective, effective
from leadline.policy.tools import ToolPolicy
from leadline.providers import Surface
from leadline.translation import Direction
from leadline.vocabulary import Operation, Overlay, Plan, Route, Target, WireProtocol

_log = structlog.get_logger()


class ActivePlan(msgspec.Struct, frozen=True, kw_only=True):
    """One generation of plan and overlay. A request keeps the one it began with.

    `routes` holds, per protocol of the client, the aliases that have a target speaking it or one that it can
    be translated for; `spoken` all protocols of an alias; `endpoints` is where a client finds each.
    `accounts` are the providers by name, for calls that pass unread; `fallbacks` the ladders of features.
    """

    plan: Plan
    overlay: Overlay
    effective: Effective
    keys: Mapping[str, AdmittedKey]
    routes: Mapping[WireProtocol, Mapping[str, ReadyRoute]]
    spoken: Mapping[str, tuple[WireProtocol, ...]]
    endpoints: Mapping[WireProtocol, str]
    accounts: Mapping[str, ReadyRoute]
    checking: Checking
    fallbacks: Mapping[str, Ladders]
    tool_policy: ToolPolicy | None = None
    guarding: Guarding | None = None


def activate(decided: Decided, parts: GatewayParts, budget_s: float, before: ActivePlan | None) -> ActivePlan:
    """Make `decided.plan` (which is there) ready. A new overlay alone costs next to nothing, and checks live
    on while the plan's checks stay the same.

    Raises LookupError or ValueError when the plan names a provider or check that does not exist.
    """
    plan = decided.plan
    if plan is None:
        raise ValueError("there is no plan to activate")
    learnt = effective(plan, decided.overlay)
    if before is not None and before.plan is plan:
        return msgspec.structs.replace(before, overlay=decided.overlay, effective=learnt)
    aliases = frozenset(plan.routes)
    _load_encodings(plan)
    targets = {alias: _ready_targets(route, plan, parts) for alias, route in plan.routes.items()}
    ladders = {alias: ready_ladders(route.fallback, parts.build_rung) for alias, route in plan.routes.items()}
    return ActivePlan(
        plan=plan,
        overlay=decided.overlay,
        effective=learnt,
        keys={key: AdmittedKey.of(key, grant, aliases) for key, grant in plan.keys.items()},
        routes={surface.protocol: _speaking(surface, plan, targets, ladders) for surface in parts.surfaces},
        spoken={alias: _spoken(ready) for alias, ready in targets.items()},
        endpoints={surface.protocol: surface.endpoint for surface in parts.surfaces},
        accounts={name: _account(name, target, plan, parts) for name, target in plan.accounts.items()},
        checking=_checking(plan, parts, budget_s, before),
        guarding=_guarding(plan, parts, before, targets),
        fallbacks={
            feature: ready_ladders(rungs, parts.build_rung) for feature, rungs in plan.fallbacks.items()
        },
        tool_policy=_tool_policy(plan, before),
    )


def _tool_policy(plan: Plan, before: ActivePlan | None) -> ToolPolicy | None:
    """Raises ValueError or LookupError: a gateway that cannot decide must not let calls pass instead."""
    if before is not None and before.plan.tool_policy == plan.tool_policy:
        return before.tool_policy
    return None if plan.tool_policy is None else ToolPolicy(plan.tool_policy)


def _load_encodings(plan: Plan) -> None:
    """Before the first request: loading takes 0.4 s, once per encoding, and would fall on somebody."""
    for route in plan.routes.values():
        for target in route.targets:
            warm(target.identity.model)


def _ready_targets(route: Route, plan: Plan, parts: GatewayParts) -> tuple[ReadyTarget, ...]:
    """Each with its provider's first surface; `_speaking` gives it the client's."""
    return tuple(_ready_target(target, plan, parts) for target in route.targets)


def _ready_target(target: Target, plan: Plan, parts: GatewayParts) -> ReadyTarget:
    identity = target.identity
    provider = parts.build_provider(target.type, target.settings)
    return ReadyTarget(
        target=target,
        provider=provider,
        surface=next(iter(provider.surfaces.values())),
        secret=_resolve(target, parts.secrets),
        price=plan.prices.get(f"{target.type}/{identity.model}"),
        learnt_name=f"{identity.provider}/{identity.model}",
        headers={
            "x-leadline-provider": _header_value(identity.provider),
            "x-leadline-model": _header_value(identity.model),
        },
    )


def _account(name: str, target: Target, plan: Plan, parts: GatewayParts) -> ReadyRoute:
    """One target, asked once."""
    ready = _ready_target(target, plan, parts)
    passing = UnreadProvider(ready.provider)
    surface = passing.surfaces[WireProtocol.PASSTHROUGH]
    return ReadyRoute.of(name, (msgspec.structs.replace(ready, provider=passing, surface=surface),), 0)


def _header_value(name: str) -> str:
    """A name as it may stand in a header; the server breaks the connection over anything else."""
    return "".join(c if " " <= c <= "~" else "?" for c in name)


def _resolve(target: Target, secrets: Callable[[str], str]) -> str | None:
    try:
        return secrets(target.secret)
    except LookupError as error:
        # The house still serves its other targets; calls to this one fail as provider.auth.
        _log.warning("a target has no key", provider=target.identity.provider, because=str(error))
        return None


def _speaking(
    asked: Surface,
    plan: Plan,
    targets: Mapping[str, tuple[ReadyTarget, ...]],
    ladders: Mapping[str, Ladders],
) -> dict[str, ReadyRoute]:
    routes = {}
    for alias, ready in targets.items():
        fitting = _asked_in(asked.protocol, ready, in_order=plan.routes[alias].in_order)
        if not plan.routes[alias].translate:
            fitting = tuple([one for one in fitting if one.direction is None])
        if asked.operation is Operation.EMBEDDINGS:
            fitting = _of_one_space(fitting)
        if fitting:
            route = plan.routes[alias]
            ready_route = ReadyRoute.of(alias, fitting, route.retries, route.sticky)
            routes[alias] = msgspec.structs.replace(ready_route, fallback=ladders[alias])
    return routes


def _of_one_space(targets: tuple[ReadyTarget, ...]) -> tuple[ReadyTarget, ...]:
    """Vectors of two models cannot be compared: only the first one's model may answer, wherever it runs."""
    return tuple([one for one in targets if one.target.identity.model == targets[0].target.identity.model])


def _asked_in(
    protocol: WireProtocol, ready: tuple[ReadyTarget, ...], *, in_order: bool
) -> tuple[ReadyTarget, ...]:
    """Those that can be asked in `protocol`. Bytes that pass as they are come first, but for targets that
    share the load or were set at run time: there people have decided.
    """
    asked = [found for target in ready if (found := _one_asked_in(protocol, target)) is not None]
    if not in_order and all(target.target.weight is None for target in asked):
        asked.sort(key=lambda target: target.direction is not None)
    return tuple(asked)


def _one_asked_in(protocol: WireProtocol, target: ReadyTarget) -> ReadyTarget | None:
    """The target as it speaks itself, else translated, else not at all."""
    spoken = target.provider.surfaces
    if (own := spoken.get(protocol)) is not None:
        return msgspec.structs.replace(target, surface=own)
    for known, surface in spoken.items():
        direction = Direction(protocol, known)
        if direction.is_known:
            return msgspec.structs.replace(target, surface=surface, direction=direction)
    return None


def _spoken(ready: tuple[ReadyTarget, ...]) -> tuple[WireProtocol, ...]:
    return tuple(dict.fromkeys(protocol for target in ready for protocol in target.provider.surfaces))


def _checking(plan: Plan, parts: GatewayParts, budget_s: float, before: ActivePlan | None) -> Checking:
    if before is not None and before.plan.checks == plan.checks:
        return before.checking
    checks = [(settings.type, parts.build_check(settings)) for settings in plan.checks]
    for _, check in checks:
        if isinstance(check, Warmed):
            check.warm()
    skipped = before.checking.skipped if before is not None else 0
    return Checking(checks, parts.perf, budget_s, skipped, parts.patience)


def _guarding(
    plan: Plan,
    parts: GatewayParts,
    before: ActivePlan | None,
    targets: Mapping[str, tuple[ReadyTarget, ...]],
) -> Guarding | None:
    rails = plan.guardrails
    if before is not None and before.plan.guardrails == rails:
        guarding = before.guarding
    elif not rails.policies:
        return None
    else:
        guarding = parts.build_guarding(rails)
        if before is not None and before.guarding is not None:
            guarding.go_on_from(before.guarding)
    if guarding is not None and isinstance(guarding.pool, ModeratedPool):
        for moderator in guarding.pool.moderators.values():
            moderator.follow(targets.get(moderator.guard.model, ()), parts)
    return guarding
