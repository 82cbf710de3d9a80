"""What a well-formed configuration can still get wrong: names that lead nowhere, unsafe listeners."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from leadline.configuration.positions import Path
from leadline.configuration.reading import Mistake, Reading, near
from leadline.configuration.shape import (
    CheckSection,
    Config,
    ControlSection,
    GatewaySection,
    ModelSection,
    WatchSection,
)
from leadline.translation import CODECS
from leadline.wiring.fallback_soundness import fallback_mistakes
from leadline.wiring.guardrail_soundness import guardrail_mistakes
from leadline.wiring.listening import address, is_loopback
from leadline.wiring.plug_settings import plug_mistakes
from leadline.wiring.providers import default_base_url, kinds, plug_of, spoken_by
from leadline.wiring.rules import rule_mistakes
from leadline.wiring.vouching import quarrels
from leadline.wiring.word_soundness import word_mistakes

_REFERENCE = re.compile(r"^(env|file):")
Listener = GatewaySection | ControlSection | WatchSection
PROVIDERS, CHECKS, DESTINATIONS = "leadline.providers", "leadline.checks.inline", "leadline.destinations"
DEEP_CHECKS = "leadline.checks.deep"


def mistakes(reading: Reading) -> list[Mistake]:
    """Everything that is wrong with the file, its form included, in order of line."""
    found = list(reading.mistakes)
    config = reading.rest
    if config is not None:
        found += _listeners(reading, config)
        found += _providers(reading, config)
        found += [reading.mistake(path, sentence) for path, sentence in quarrels(config)]
        found += _models(reading, config)
        found += fallback_mistakes(reading, config)
        found += guardrail_mistakes(reading, config)
        found += word_mistakes(reading, config)
        found += _keys(reading, config)
        found += _plugged(reading, config)
        found += _watchdog(reading, config)
        found += _routing(reading, config)
        found += [
            reading.mistake(("watch", "rules", "overrides", name), sentence)
            for name, sentence in rule_mistakes(config.watch.rules.overrides)
        ]
    return sorted(set(found))


def _listeners(reading: Reading, config: Config) -> Iterator[Mistake]:
    sections: tuple[tuple[str, Listener], ...] = (
        ("gateway", config.gateway),
        ("control", config.control),
        ("watch", config.watch),
    )
    taken: dict[tuple[str, int], str] = {}
    for name, section in sections:
        path = (name, "listen")
        try:
            host, port = address(section.listen)
        except ValueError as error:
            yield reading.mistake(path, str(error))
            continue
        first = taken.setdefault((host, port), name)
        if first != name and port:
            yield reading.mistake(
                path, f"{section.listen} is where the {first} listens; choose another port."
            )
        if is_loopback(host):
            continue
        if not section.behind_proxy:
            yield reading.mistake(
                path,
                f"{section.listen} can be reached from other machines without TLS.",
                f"Listen on 127.0.0.1, or behind a TLS proxy that you name with `{name}.behind_proxy: true`.",
            )
        if name == "gateway" and not config.keys and ("keys",) not in reading.withheld:
            yield reading.mistake(path, "a gateway that others can reach needs `keys:`.")


def _providers(reading: Reading, config: Config) -> Iterator[Mistake]:
    known = kinds()
    for name, section in config.providers.items():
        if section.type not in known:
            path = ("providers", name, "type")
            yield reading.mistake(
                path, f"there is no provider type {section.type!r}.", near(section.type, known)
            )
        else:
            yield from plug_mistakes(
                reading, PROVIDERS, plug_of(section.type), section.settings, ("providers", name, "settings")
            )
            if section.base_url is None and not default_base_url(section.type):
                sentence = f"`base_url` is missing: each account of type {section.type} has its own address."
                yield reading.mistake(("providers", name), sentence)
        if section.base_url is not None and not section.base_url.startswith(("http://", "https://")):
            path = ("providers", name, "base_url")
            yield reading.mistake(path, "the address must begin with https:// or http://.")


def _models(reading: Reading, config: Config) -> Iterator[Mistake]:
    for alias, model in config.models.items():
        types = set()
        yield from _twice(reading, alias, model)
        for index, target in enumerate(model.targets):
            here = ("models", alias, "targets", index, "provider")
            provider = config.providers.get(target.provider)
            if provider is not None:
                types.add(provider.type)
            elif reading.lacks("providers", target.provider):
                sentence = f"there is no provider {target.provider!r} under `providers:`."
                yield reading.mistake(here, sentence, near(target.provider, list(config.providers)))
        if len(types) > 1 and not _spoken_by_all(types) and not (model.translate and _translatable(types)):
            path = ("models", alias, "targets")
            known = ", ".join(sorted(types))
            sentence = f"the targets of one alias must share a protocol; these speak {known}."
            hint = "" if model.translate else "Without `translate: false` calls are translated between them."
            yield reading.mistake(path, sentence, hint)


def _spoken_by_all(types: set[str]) -> bool:
    """Whether they have a surface in common: `openai` and a host, `anthropic` and `vertex`."""
    known = [spoken_by(kind) for kind in types if kind in kinds()]
    return bool(known) and bool(frozenset.intersection(*known))


def _translatable(types: set[str]) -> bool:
    """Whether each speaks a protocol that calls of the others can be translated into."""
    return all(kind in kinds() and not CODECS.keys().isdisjoint(spoken_by(kind)) for kind in types)


def _twice(reading: Reading, alias: str, model: ModelSection) -> Iterator[Mistake]:
    """A target that failed is not asked again under the same request, so a second mention does nothing."""
    seen: set[tuple[str, str]] = set()
    for index, target in enumerate(model.targets):
        name = (target.provider, target.model or alias)
        if name in seen:
            path = ("models", alias, "targets", index)
            yield reading.mistake(path, f"{'/'.join(name)} is there twice; give it a weight instead.")
        seen.add(name)


def _keys(reading: Reading, config: Config) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, key in enumerate(config.keys):
        if key.alias in seen:
            yield reading.mistake(("keys", index, "alias"), f"the alias {key.alias!r} is given to two keys.")
        seen.add(key.alias)
        if (key.key is None) == (key.sha256 is None):
            yield reading.mistake(
                ("keys", index), "give either `key: env:NAME` or `sha256:`, not both or neither."
            )
        for place, model in enumerate(key.models):
            if model != "*" and reading.lacks("models", model):
                sentence = f"there is no model alias {model!r} under `models:`."
                yield reading.mistake(
                    ("keys", index, "models", place), sentence, near(model, list(config.models))
                )


def _watchdog(reading: Reading, config: Config) -> Iterator[Mistake]:
    dog = config.watch.watchdog
    if dog is not None and reading.lacks("destinations", dog.destination):
        path = ("watch", "watchdog", "destination")
        sentence = f"there is no destination {dog.destination!r} under `destinations:`."
        yield reading.mistake(path, sentence, near(dog.destination, list(config.destinations)))


def _plugged(reading: Reading, config: Config) -> Iterator[Mistake]:
    for index, check in enumerate(config.checks or ()):
        place: Path = ("checks", index)
        yield from plug_mistakes(reading, CHECKS, check.type, check.settings, (*place, "settings"))
        yield from _again(reading, config.checks or (), ("checks", index))
    for index, check in enumerate(config.deep_checks or ()):
        place = ("deep_checks", index)
        yield from plug_mistakes(reading, DEEP_CHECKS, check.type, check.settings, (*place, "settings"))
        yield from _asked(reading, config, check.settings.get("model"), (*place, "settings", "model"))
        yield from _again(reading, config.deep_checks or (), ("deep_checks", index))
    for name, fields in config.destinations.items():
        place = ("destinations", name)
        if "type" not in fields:
            yield reading.mistake(place, "`type` is missing; it names the kind of destination.")
            continue
        settings = {key: value for key, value in fields.items() if key != "type"}
        yield from plug_mistakes(reading, DESTINATIONS, str(fields["type"]), settings, place)


def _again(reading: Reading, checks: Sequence[CheckSection], place: tuple[str, int]) -> Iterator[Mistake]:
    kind = checks[place[1]].type
    if any(kind == before.type for before in checks[: place[1]]):
        yield reading.mistake(place, f"the check {kind!r} stands here twice; one of them is enough.")


def _asked(reading: Reading, config: Config, alias: object, at: Path) -> Iterator[Mistake]:
    """A deep check that asks a model asks it through the gateway, by an alias."""
    if isinstance(alias, str) and reading.lacks("models", alias):
        sentence = f"there is no model alias {alias!r} under `models:`."
        yield reading.mistake(at, sentence, near(alias, list(config.models)))


def _routing(reading: Reading, config: Config) -> Iterator[Mistake]:
    for name in config.routing:
        if reading.lacks("destinations", name):
            sentence = f"there is no destination {name!r} under `destinations:`."
            yield reading.mistake(("routing", name), sentence, near(name, list(config.destinations)))


def unset_secrets(config: Config, resolve: Callable[[str], str]) -> list[str]:
    """A sentence for each reference that leads nowhere on this machine, now."""
    references = [provider.api_key for provider in config.providers.values()]
    references += [key.key for key in config.keys if key.key is not None]
    references += [config.guardrails.token_key or ""]
    if config.otlp is not None:
        references += [config.otlp.endpoint, *config.otlp.headers.values()]
    references += [value for fields in config.destinations.values() for value in _texts(fields)]
    problems = []
    for reference in filter(_REFERENCE.match, dict.fromkeys(references)):
        try:
            resolve(reference)
        except LookupError as error:
            problems.append(str(error))
    return problems


def _texts(value: object) -> Iterator[str]:
    """Every text in the settings of a plug: a header may be a secret, too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
