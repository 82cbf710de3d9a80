"""Whether `fall_back` and `hold` can be kept on the calls that their policies hold for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from leadline.configuration.policy_shape import GuardRuleSection
from leadline.configuration.positions import Path
from leadline.configuration.reading import Mistake, Reading
from leadline.configuration.shape import Config, FallbackSection, KeySection, Rung
from leadline.policy.fallback import FailureMode, mode_of, rungs_for
from leadline.vocabulary import DRAFT, FailureKind, Word
from leadline.wiring.guardrails import settings_of, title_of

FACTS = "facts"
_KINDS = frozenset(map(str, FailureKind))
_NEEDED = frozenset({"models", "fallbacks", "keys", "guardrails"})
_RUNGS = "Give the model `fallback: {guardrail: [...]}`, or choose `word: block`."
_CAPTURE = "Choose `capture: transient` for the key, or `word: block`."


class Reach(NamedTuple):
    """The calls that a policy holds for: any of these keys asking any of these models, as one of these
    features. `key_named` = the key names the policy itself, here.
    """

    models: Sequence[str]
    keys: Sequence[KeySection]
    features: Sequence[str]
    key_named: Path | None = None


def word_mistakes(reading: Reading, config: Config) -> Iterator[Mistake]:
    """Words that can be kept on none of the calls that they are for."""
    if any(path[0] in _NEEDED for path in reading.withheld):
        return  # what is malformed may be what seems to be missing
    for rule, path, reaches in _promising(config):
        if rule.word is Word.FALL_BACK and not _with_rungs(config, rule, reaches):
            mode = _mode(config, rule)
            sentence = f"nothing to fall back on: no model or feature it holds for has rungs under `{mode}`."
            yield reading.mistake((*path, "word"), sentence, _RUNGS)
        if rule.word is Word.HOLD:
            yield from _never_held(reading, path, reaches)


def word_doubts(reading: Reading, config: Config) -> Iterator[Mistake]:
    """Words that can be kept on some of the calls that they are for, and are an error on the others."""
    for rule, path, reaches in _promising(config):
        if rule.word is Word.FALL_BACK:
            helped = _with_rungs(config, rule, reaches)
            bare = dict.fromkeys(alias for reach in reaches for alias in reach.models if alias not in helped)
            if helped and bare:
                mode = _mode(config, rule)
                sentence = f"calls of {_listed(bare)} find no rungs under `{mode}` and end in an error."
                yield reading.mistake((*path, "word"), sentence, _RUNGS)
        if rule.word is Word.HOLD:
            silent = dict.fromkeys(
                key.alias for reach in reaches for key in reach.keys if key.capture == FACTS
            )
            kept = any(key.capture != FACTS for reach in reaches for key in reach.keys)
            if silent and kept:
                sentence = (
                    f"no text of {_listed(silent)} may be kept (`capture: facts`), so `hold` blocks it."
                )
                yield reading.mistake((*path, "word"), sentence, _CAPTURE)


def _promising(config: Config) -> Iterator[tuple[GuardRuleSection, Path, list[Reach]]]:
    """Each rule of an enforced policy that is in force somewhere, with the calls that it is for."""
    for title, policy in config.guardrails.policies.items():
        reaches = list(_reaches(config, title))
        if policy.mode != "enforce" or title.endswith(DRAFT) or not reaches:
            continue
        for index, rule in enumerate(policy.rules):
            yield rule, ("guardrails", "policies", title, "rules", index), reaches


def _reaches(config: Config, title: str) -> Iterator[Reach]:
    def means(name: str) -> bool:
        return title_of(name, config.guardrails) == title

    everything = tuple(config.models)
    if any(means(name) for name in config.guardrails.everywhere):
        yield Reach(everything, config.keys, tuple(config.fallbacks))
    for feature, named in config.guardrails.features.items():
        if any(means(name) for name in named):
            yield Reach(everything, [key for key in config.keys if _may_choose(key, feature)], (feature,))
    for index, key in enumerate(config.keys):
        for place, name in enumerate(key.policies):
            if means(name):
                here: Path = ("keys", index, "policies", place)
                allowed = [alias for alias in everything if _may_ask(key, alias)]
                features = [feature for feature in config.fallbacks if _may_choose(key, feature)]
                yield Reach(allowed, [key], features, here)
    for alias, model in config.models.items():
        if any(means(name) for name in model.policies):
            asking = [key for key in config.keys if _may_ask(key, alias)]
            yield Reach([alias], asking, tuple(config.fallbacks))


def _may_choose(key: KeySection, feature: str) -> bool:
    return feature == key.feature or not {feature, "*"}.isdisjoint(key.features)


def _may_ask(key: KeySection, alias: str) -> bool:
    return not {alias, "*"}.isdisjoint(key.models)


def _with_rungs(config: Config, rule: GuardRuleSection, reaches: Sequence[Reach]) -> set[str]:
    """The models, of those it is for, that have something to fall back on; or features that have."""
    mode = _mode(config, rule)
    found = set()
    for reach in reaches:
        found |= {alias for alias in reach.models if _rungs(config.models[alias].fallback, mode)}
        ladders = {name: config.fallbacks[name] for name in reach.features if name in config.fallbacks}
        found |= {f"feature {name}" for name, section in ladders.items() if _rungs(section, mode)}
    return found


def _rungs(section: FallbackSection, mode: FailureMode) -> Sequence[Rung]:
    return rungs_for(mode, (section.model_dump(exclude_none=True),))


def _mode(config: Config, rule: GuardRuleSection) -> FailureMode:
    """What the guard finds is a matter of security, where its settings do not call it something else."""
    kind = settings_of(rule.guard, config.guardrails).settings.get("kind")
    return mode_of(FailureKind(str(kind))) if kind in _KINDS else FailureMode.GUARDRAIL


def _never_held(reading: Reading, path: Path, reaches: Sequence[Reach]) -> Iterator[Mistake]:
    keys = [key for reach in reaches for key in reach.keys]
    if keys and all(key.capture == FACTS for key in keys):
        sentence = (
            "nobody could read what is held: `capture: facts` of every key that it holds for keeps no text."
        )
        yield reading.mistake((*path, "word"), sentence, _CAPTURE)
        return
    for reach in reaches:
        if reach.key_named is not None and reach.keys[0].capture == FACTS:
            sentence = "this policy holds texts for a person, and `capture: facts` of this key keeps none."
            yield reading.mistake(reach.key_named, sentence, _CAPTURE)


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(repr(name) for name in names)
