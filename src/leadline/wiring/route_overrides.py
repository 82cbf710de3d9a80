"""The configuration with what people changed about its routes at run time."""

from collections.abc import Iterable, Mapping

import msgspec

from leadline.configuration.reading import near
from leadline.configuration.shape import Config, TargetSection
from leadline.vocabulary import Plan, RouteOverride, TargetChoice


class OverrideUnusable(ValueError):
    """An override names what the configuration does not have; the sentence says what to do."""


def with_overrides(config: Config, overrides: Iterable[RouteOverride]) -> Config:
    """An override of an alias that the file no longer has waits until it is there again.

    Raises OverrideUnusable when one names a provider that is not there.
    """
    models = dict(config.models)
    for override in overrides:
        model = models.get(override.alias)
        if model is None:
            continue
        for choice in override.targets:
            _refuse_unknown(config, override, choice)
        known = {(one.provider, one.model or override.alias): one for one in model.targets}
        sections = [_section(one, known.get((one.provider, one.model))) for one in override.targets]
        models[override.alias] = model.model_copy(update={"targets": sections})
    return config.model_copy(update={"models": models})


def in_their_order(plan: Plan, overrides: Iterable[RouteOverride]) -> Plan:
    """Whom people set first is asked first, whatever protocol it speaks."""
    set_now = {override.alias for override in overrides}
    routes = {
        alias: msgspec.structs.replace(route, in_order=alias in set_now)
        for alias, route in plan.routes.items()
    }
    return msgspec.structs.replace(plan, routes=routes)


def _section(choice: TargetChoice, known: TargetSection | None) -> TargetSection:
    """Its limits are those that the file has for the same target."""
    section = TargetSection(
        provider=choice.provider, model=choice.model, weight=choice.weight, priority=choice.priority
    )
    if known is None:
        return section
    limits = {name: getattr(known, name) for name in ("requests_per_minute", "tokens_per_minute")}
    return section.model_copy(update=limits)


def configured_targets(config: Config) -> Mapping[str, tuple[TargetChoice, ...]]:
    """The targets of each alias as the file has them."""
    return {
        alias: tuple(
            TargetChoice(
                provider=target.provider,
                model=target.model or alias,
                weight=target.weight,
                priority=target.priority,
            )
            for target in model.targets
        )
        for alias, model in config.models.items()
    }


def _refuse_unknown(config: Config, override: RouteOverride, choice: TargetChoice) -> None:
    if choice.provider not in config.providers:
        hint = near(choice.provider, list(config.providers))
        raise OverrideUnusable(
            f"The route {override.alias!r} is set to {choice.name} at run time, and there is no provider "
            f"{choice.provider!r} under `providers:`. {hint} "
            f"`leadline route reset {override.alias}` takes it back."
        )
