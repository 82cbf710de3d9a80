"""The configuration with what people changed about its routes at run time."""

from collections.abc import Iterable, Mapping

from leadline.configuration.reading import near
from leadline.configuration.shape import Config, TargetSection
from leadline.vocabulary import RouteOverride, TargetChoice


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
        sections = [
            TargetSection(provider=one.provider, model=one.model, weight=one.weight, priority=one.priority)
            for one in override.targets
        ]
        models[override.alias] = model.model_copy(update={"targets": sections})
    return config.model_copy(update={"models": models})


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
