"""The plan holds what workers need, and no secret."""

import msgspec
import pytest

from leadline.configuration.reading import read
from leadline.configuration.secrets import MissingSecret, Secrets
from leadline.vocabulary import Price
from leadline.wiring.plan import compile_plan, priced_models, sha256

TEXT = """
providers:
  openai: {type: openai, api_key: env:UPSTREAM}
  eu: {type: openai, api_key: env:UPSTREAM, base_url: https://eu.example/v1, provider: openai, region: eu}
models:
  chat:
    targets: [{provider: openai, model: gpt-4o-mini}, {provider: eu}]
    timeouts: {first_byte: 2s}
    sla: 4s
keys:
  - {alias: app, key: env:APP, tenant: acme, class: revenue, requests_per_minute: 60}
"""
SECRETS = Secrets({"UPSTREAM": "sk-upstream-secret", "APP": "sk-app-secret"})


def config(text=TEXT):
    found = read(text).config
    assert found is not None
    return found


def plan(text=TEXT, secret=SECRETS, prices=None, first_key=None):
    return compile_plan(config(text), secret=secret, prices=prices or {}, first_key=first_key, created_at=1.0)


def test_targets_keep_their_order_and_identity():
    primary, fallback = plan().routes["chat"].targets

    assert (primary.identity.provider, primary.identity.model) == ("openai", "gpt-4o-mini")
    assert primary.base_url == "https://api.openai.com/v1"
    assert (fallback.identity.provider, fallback.identity.region) == ("openai", "eu")
    assert fallback.identity.model == "chat"
    assert primary.timeouts.first_byte_s == 2
    assert primary.sla_ms == 4000


def test_no_secret_stands_in_the_plan():
    written = msgspec.msgpack.encode(plan())

    assert b"sk-" not in written
    assert plan().keys[sha256("sk-app-secret")].requests_per_minute == 60


def test_a_gateway_key_whose_secret_is_missing_is_told():
    with pytest.raises(MissingSecret, match="APP"):
        plan(secret=Secrets({}))


def test_the_first_key_counts_only_without_keys_of_ones_own():
    assert sha256("made") not in plan(first_key="made").keys
    assert sha256("made") in plan("", first_key="made").keys


def test_prices_are_asked_for_what_can_be_called():
    assert priced_models(config()) == {("openai", "gpt-4o-mini"), ("openai", "chat")}
    assert plan(prices={"openai/chat": Price(input_usd=1, output_usd=2)}).prices


def test_every_check_runs_unless_the_file_says_otherwise():
    assert {check.type for check in plan().checks} >= {"json_schema", "token_mismatch"}
    assert plan("checks: []").checks == ()
