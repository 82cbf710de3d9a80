"""The configuration with what people changed."""

import msgspec
import pytest
from tests.wiring.test_plan import config

from leadline.vocabulary import RouteOverride, TargetChoice
from leadline.wiring.route_overrides import OverrideUnusable, configured_targets, with_overrides

EU_CHAT = TargetChoice(provider="eu", model="chat")


def override(alias: str, *places: str) -> RouteOverride:
    targets = tuple(TargetChoice(provider=place, model="m", weight=2) for place in places)
    return RouteOverride(alias=alias, targets=targets, by="ada", at=1.0)


def test_the_override_takes_the_place_of_the_file():
    changed = with_overrides(config(), [override("chat", "eu", "openai")])

    assert [(one.provider, one.model, one.weight) for one in changed.models["chat"].targets] == [
        ("eu", "m", 2),
        ("openai", "m", 2),
    ]
    assert changed.models["chat"].sla == config().models["chat"].sla


def test_a_target_keeps_the_limits_that_the_file_has_for_it():
    told = config()
    eu = told.models["chat"].targets[1].model_copy(update={"tokens_per_minute": 9000})
    chat = told.models["chat"].model_copy(update={"targets": [eu]})
    told = told.model_copy(update={"models": {**told.models, "chat": chat}})

    changed = with_overrides(told, [msgspec.structs.replace(override("chat"), targets=(EU_CHAT,))])

    assert [one.tokens_per_minute for one in changed.models["chat"].targets] == [9000]


def test_an_override_of_an_alias_that_is_gone_waits():
    assert with_overrides(config(), [override("gone", "eu")]) == config()


def test_an_override_to_a_provider_that_is_gone_is_told_with_the_way_out():
    with pytest.raises(OverrideUnusable, match=r"no provider 'eu2'.*'eu'.*leadline route reset chat"):
        with_overrides(config(), [override("chat", "eu2")])


def test_the_targets_of_the_file_have_their_models():
    assert [one.name for one in configured_targets(config())["chat"]] == ["openai/gpt-4o-mini", "eu/chat"]
