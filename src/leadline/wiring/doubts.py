"""What a sound configuration may not mean as it is written: told, and never a reason to refuse it."""

import difflib
from collections.abc import Iterator

from leadline.configuration.positions import Path
from leadline.configuration.reading import Mistake, Reading, near
from leadline.configuration.shape import Config
from leadline.wiring.word_soundness import word_doubts


def doubts(reading: Reading) -> list[Mistake]:
    """In order of line; none while there are mistakes, which may be their cause."""
    if reading.config is None:
        return []
    return sorted({*word_doubts(reading, reading.config), *_features(reading, reading.config)})


def _features(reading: Reading, config: Config) -> Iterator[Mistake]:
    """Those that no key may choose; where a key may choose any, those that look like one that a key names."""
    if not config.keys:
        return
    known = sorted({name for key in config.keys for name in (*key.features, key.feature)} - {"*"})
    anything = any("*" in key.features for key in config.keys)
    for place in _feature_places(config):
        feature = str(place[-1])
        if feature in known:
            continue
        if not anything:
            yield reading.mistake(place, f"no key may choose the feature {feature!r}.", near(feature, known))
        elif difflib.get_close_matches(feature, known, n=1):
            sentence = f"no key names the feature {feature!r}, and only a header that does is meant."
            yield reading.mistake(place, sentence, near(feature, known))


def _feature_places(config: Config) -> Iterator[Path]:
    yield from (("guardrails", "features", name) for name in config.guardrails.features)
    yield from (("fallbacks", name) for name in config.fallbacks)
