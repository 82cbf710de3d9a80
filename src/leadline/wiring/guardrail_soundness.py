"""What can be wrong with the guardrails of a configuration: names, places, and words that cannot hold."""

from collections.abc import Iterator, Sequence

from leadline import plugs
from leadline.checks.guards import Guard
from leadline.configuration.policy_shape import GuardPolicySection, GuardrailsSection, GuardRuleSection
from leadline.configuration.positions import Path
from leadline.configuration.reading import Mistake, Reading, near
from leadline.configuration.shape import Config
from leadline.policy.redaction import LONGEST_TOKEN
from leadline.vocabulary import DRAFT, Place, WireProtocol, Word
from leadline.wiring.guard_process import build_guard
from leadline.wiring.guardrails import GUARDS, is_guard, settings_of, title_of, window_of
from leadline.wiring.plug_settings import plug_mistakes
from leadline.wiring.providers import provider

_ANSWERED = (Place.OUTPUT, Place.TOOL_ARGUMENTS)


def guardrail_mistakes(reading: Reading, config: Config) -> Iterator[Mistake]:
    section = config.guardrails
    yield from _guards(reading, section)
    yield from _routes(reading, config)
    for title, policy in section.policies.items():
        yield from _policy(reading, section, title, policy)
    yield from _named(reading, section, section.everywhere, ("guardrails", "everywhere"))
    for feature, named in section.features.items():
        yield from _named(reading, section, named, ("guardrails", "features", feature))
    for index, key in enumerate(config.keys):
        yield from _named(reading, section, key.policies, ("keys", index, "policies"))
    for alias, model in config.models.items():
        yield from _named(reading, section, model.policies, ("models", alias, "policies"))


def _guards(reading: Reading, section: GuardrailsSection) -> Iterator[Mistake]:
    for name, fields in section.guards.items():
        here: Path = ("guardrails", "guards", name)
        if "type" not in fields:
            yield reading.mistake(here, "`type` is missing; it names the kind of guard.")
            continue
        kind, known = str(fields["type"]), plugs.names(GUARDS)
        if kind not in known:
            yield reading.mistake((*here, "type"), f"there is no type {kind!r} of guard.", near(kind, known))
            continue
        settings = {key: value for key, value in fields.items() if key != "type"}
        yield from plug_mistakes(reading, GUARDS, kind, settings, here)


def _routes(reading: Reading, config: Config) -> Iterator[Mistake]:
    """A guard that asks a route needs one that answers moderations, which OpenAI's protocol has."""
    for name, fields in config.guardrails.guards.items():
        alias = fields.get("model")
        if fields.get("type") != "content" or not isinstance(alias, str) or not alias:
            continue
        here: Path = ("guardrails", "guards", name, "model")
        model = config.models.get(alias)
        if model is None:
            sentence = f"there is no model {alias!r} under `models:`."
            yield reading.mistake(here, sentence, near(alias, list(config.models)))
            continue
        for target in model.targets:
            account = config.providers.get(target.provider)
            if account is not None and not _speaks_openai(account.type):
                sentence = f"{target.provider!r} of the model {alias!r} has no moderations: {account.type}."
                yield reading.mistake(here, sentence, "Name targets that speak OpenAI's protocol.")


def _speaks_openai(kind: str) -> bool:
    try:
        return WireProtocol.OPENAI_CHAT in provider(kind, {}).surfaces
    except (LookupError, ValueError):
        return True  # what its type lacks is told where it stands


def _named(reading: Reading, section: GuardrailsSection, named: Sequence[str], at: Path) -> Iterator[Mistake]:
    for index, name in enumerate(named):
        if title_of(name, section) is None and ("guardrails", "policies") not in reading.withheld:
            families = {title.partition("@")[0] for title in section.policies if not title.endswith(DRAFT)}
            known = [*section.policies, *families]
            sentence = f"there is no policy {name!r} under `guardrails: policies:`."
            yield reading.mistake((*at, index), sentence, near(name, known))


def _policy(
    reading: Reading, section: GuardrailsSection, title: str, policy: GuardPolicySection
) -> Iterator[Mistake]:
    here: Path = ("guardrails", "policies", title)
    if title.endswith(DRAFT) and policy.mode == "enforce":
        sentence = "a draft only watches; give it a number to enforce it."
        yield reading.mistake((*here, "mode"), sentence)
    stops = [rule for rule in policy.rules if policy.mode == "enforce" and rule.word is not Word.FLAG]
    waits = [rule for rule in stops if _waits(rule)]
    if waits and policy.stream is None:
        yield reading.mistake(
            here,
            "`stream` is missing: say how streamed answers are read.",
            "`hold` waits for the end, `buffer N` holds N characters back.",
        )
    for index, rule in enumerate(policy.rules):
        path: Path = (*here, "rules", index)
        yield from _rule(reading, section, rule, path)
        if rule in waits and policy.stream is not None:
            yield from _window(reading, section, rule, (policy.stream, path))


def _waits(rule: GuardRuleSection) -> bool:
    """Whether an answer has to wait for it: to be stopped or changed, or for its tokens to be turned back."""
    return rule.redaction == "tokens" or any(place in _ANSWERED for place in rule.places)


def _rule(
    reading: Reading, section: GuardrailsSection, rule: GuardRuleSection, path: Path
) -> Iterator[Mistake]:
    if not is_guard(rule.guard, section):
        known = [*section.guards, *plugs.names(GUARDS)]
        sentence = f"there is no guard {rule.guard!r} under `guardrails: guards:`, and no such type."
        yield reading.mistake((*path, "guard"), sentence, near(rule.guard, known))
        return
    if rule.redaction == "tokens":
        yield from _tokens(reading, section, rule, path)
    guard = _built(rule.guard, section)
    if guard is None:
        if rule.guard not in section.guards:
            sentence = f"the guard {rule.guard!r} needs settings; describe it under `guardrails: guards:`."
            yield reading.mistake((*path, "guard"), sentence)
        return
    yield from _never_found(reading, guard, rule, path)
    if guard.unavailable:
        sentence = f"the guard {rule.guard!r} is not available: {guard.unavailable}"
        yield reading.mistake((*path, "guard"), sentence)
    if rule.word is Word.REDACT and guard.reach is None:
        sentence = f"the guard {rule.guard!r} judges a text as a whole, so there is no part to redact."
        yield reading.mistake((*path, "word"), sentence, "Choose `block` or `flag`.")


def _never_found(reading: Reading, guard: Guard, rule: GuardRuleSection, path: Path) -> Iterator[Mistake]:
    """Places that the guard does not look at, and labels that no finding of it has."""
    for index, place in enumerate(rule.places):
        if place not in guard.places:
            sentence = f"the guard {rule.guard!r} does not look at {place}."
            fitting = "It looks at " + ", ".join(sorted(guard.places)) + "."
            yield reading.mistake((*path, "places", index), sentence, fitting)
    for index, label in enumerate(rule.labels):
        if label not in guard.labels:
            sentence = f"the guard {rule.guard!r} calls nothing {label!r}, so this would never be found."
            yield reading.mistake((*path, "labels", index), sentence, near(label, sorted(guard.labels)))


def _tokens(
    reading: Reading, section: GuardrailsSection, rule: GuardRuleSection, path: Path
) -> Iterator[Mistake]:
    here = (*path, "redaction")
    if rule.word is not Word.REDACT:
        yield reading.mistake(here, "`redaction` goes with `word: redact`.")
    if section.token_key is None:
        yield reading.mistake(here, "tokens need `guardrails: token_key:`, a reference to their secret.")
    if any(place in _ANSWERED for place in rule.places):
        sentence = "tokens stand in what is asked; nobody could turn back those of an answer. Use `mask`."
        yield reading.mistake(here, sentence)


def _window(
    reading: Reading, section: GuardrailsSection, rule: GuardRuleSection, where: tuple[str, Path]
) -> Iterator[Mistake]:
    """Whether the word can hold on streams that are read so."""
    stream, path = where
    window = window_of(stream)
    here = (*path[:3], "stream")
    if window is None:
        sentence = f"`{rule.word}` cannot hold with `detect_after`: the text has passed when it is found."
        yield reading.mistake(here, sentence, "Choose `hold` or `buffer N`, or `word: flag`.")
        return
    if window == 0:
        return
    if rule.word is Word.HOLD and any(place in _ANSWERED for place in rule.places):
        sentence = "`hold` keeps a whole answer for a person, and a buffer would have given its beginning."
        yield reading.mistake(here, sentence, "Choose `stream: hold`.")
        return
    if rule.redaction == "tokens" and window < LONGEST_TOKEN:
        sentence = f"tokens have up to {LONGEST_TOKEN} characters, and a smaller buffer would cut them."
        yield reading.mistake(here, sentence, f"Choose `buffer {LONGEST_TOKEN}` or `hold`.")
    guard = _built(rule.guard, section)
    if guard is None or not any(place in _ANSWERED for place in rule.places):
        return
    if guard.reach is None:
        sentence = f"the guard {rule.guard!r} judges a text as a whole, which a buffer never has."
        yield reading.mistake(here, sentence, "Choose `hold`.")
    elif guard.reach > window:
        sentence = (
            f"what the guard {rule.guard!r} finds may span {guard.reach} characters, and the buffer less."
        )
        yield reading.mistake(here, sentence, f"Choose `buffer {guard.reach}` or `hold`.")


def _built(name: str, section: GuardrailsSection) -> Guard | None:
    """None when its settings are wrong, which is told where they stand."""
    try:
        return build_guard(settings_of(name, section))
    except (LookupError, ValueError):
        return None
