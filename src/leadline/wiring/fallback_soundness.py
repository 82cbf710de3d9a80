"""What can be wrong with the fallback ladders of a configuration."""

from collections.abc import Iterator

from leadline.configuration.positions import Path
from leadline.configuration.reading import Mistake, Reading, near
from leadline.configuration.shape import Config, FallbackSection
from leadline.wiring.plug_settings import plug_mistakes

RUNGS = "leadline.policy.rungs"


def fallback_mistakes(reading: Reading, config: Config) -> Iterator[Mistake]:
    for feature, section in config.fallbacks.items():
        yield from _of_ladder(reading, config, section, ("fallbacks", feature))
    for alias, model in config.models.items():
        yield from _of_ladder(reading, config, model.fallback, ("models", alias, "fallback"))


def _of_ladder(reading: Reading, config: Config, section: FallbackSection, at: Path) -> Iterator[Mistake]:
    for mode, rungs in section.model_dump(exclude_none=True).items():
        for index, rung in enumerate(rungs):
            here = (*at, mode, index)
            if "type" not in rung:
                yield reading.mistake(here, "`type` is missing; it names the kind of rung.")
                continue
            settings = {name: value for name, value in rung.items() if name != "type"}
            yield from plug_mistakes(reading, RUNGS, str(rung["type"]), settings, here)
            alias = settings.get("alias")
            if isinstance(alias, str) and reading.lacks("models", alias):
                sentence = f"there is no model alias {alias!r} under `models:`."
                yield reading.mistake((*here, "alias"), sentence, near(alias, list(config.models)))
