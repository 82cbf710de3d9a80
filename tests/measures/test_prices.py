"""What a call costs, held against the public price list."""

from datetime import UTC, datetime, timedelta

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given
from hypothesis import strategies as st

from leadline.measures.price_list import price_list
from leadline.measures.prices import cost_usd
from leadline.vocabulary import Price, TokenUsage

TODAY = datetime(2026, 11, 1, tzinfo=UTC)
KNOWN = [
    ("openai", "gpt-4o", "openai"),
    ("openai", "gpt-4o-2024-08-06", "openai"),
    ("anthropic", "claude-sonnet-4-5", "anthropic"),
    ("gemini", "gemini-2.5-flash", "google"),
    ("gemini", "gemini-2.5-pro", "google"),
]
counts = st.integers(min_value=0, max_value=10_000_000)


def test_input_output_and_cache_have_their_own_prices():
    price = Price(input_usd=2, output_usd=10, cached_read_usd=0.5, cache_write_usd=4)
    usage = TokenUsage(
        input_tokens=1_000_000, output_tokens=100_000, cached_read_tokens=400_000, cache_write_tokens=100_000
    )

    assert cost_usd(price, usage) == pytest.approx(0.5 * 2 + 0.4 * 0.5 + 0.1 * 4 + 0.1 * 10)


def test_reasoning_is_part_of_the_output_and_not_paid_twice():
    price = Price(input_usd=1, output_usd=10)

    assert cost_usd(price, TokenUsage(output_tokens=500, reasoning_tokens=400)) == pytest.approx(0.005)


def test_a_cache_without_a_price_costs_as_much_as_input():
    price = Price(input_usd=3, output_usd=0)
    usage = TokenUsage(input_tokens=1_000_000, cached_read_tokens=600_000, cache_write_tokens=400_000)

    assert cost_usd(price, usage) == pytest.approx(3)


def test_a_long_context_costs_its_own_price_for_all_tokens():
    price = Price(input_usd=1, output_usd=2, larger_above=200_000, larger=Price(input_usd=2, output_usd=4))

    assert cost_usd(price, TokenUsage(input_tokens=200_000)) == pytest.approx(0.2)
    assert cost_usd(price, TokenUsage(input_tokens=200_001)) == pytest.approx(0.400002)


@given(counts, counts, counts, counts)
def test_a_cost_is_never_negative_whatever_a_host_reports(entered, out, read, written):
    usage = TokenUsage(
        input_tokens=entered, output_tokens=out, cached_read_tokens=read, cache_write_tokens=written
    )

    assert cost_usd(Price(input_usd=1, output_usd=2, cached_read_usd=0.1), usage) >= 0


@pytest.mark.parametrize(("house", "model", "provider_id"), KNOWN)
@pytest.mark.parametrize("input_tokens", [1_000, 300_000])
def test_our_arithmetic_agrees_with_the_list_it_comes_from(house, model, provider_id, input_tokens):
    price = price_list([(house, model)], TODAY)[f"{house}/{model}"]
    usage = Usage(input_tokens=input_tokens, cache_read_tokens=400, output_tokens=700)
    expected = calc_price(usage, model, provider_id=provider_id, genai_request_timestamp=TODAY)

    ours = cost_usd(price, TokenUsage(input_tokens=input_tokens, cached_read_tokens=400, output_tokens=700))

    assert ours == pytest.approx(float(expected.total_price), rel=1e-9)


def test_a_model_that_is_named_by_its_path_is_found():
    names = [("gemini", "models/gemini-2.5-flash"), ("gemini", "gemini-2.5-flash")]
    prices = price_list(names, TODAY)

    assert prices["gemini/models/gemini-2.5-flash"] == prices["gemini/gemini-2.5-flash"]


def test_an_unknown_model_or_provider_has_no_price_at_all():
    asked = [("openai", "my-own-model"), ("no-such-house", "gpt-4o"), ("openai", ""), ("", "")]

    assert price_list(asked, TODAY) == {}


def test_every_model_of_the_list_can_be_asked_for():
    houses = {"openai": "openai", "anthropic": "anthropic", "google": "gemini"}
    models = [(houses[p.id], m.id) for p in get_snapshot().providers if p.id in houses for m in p.models]

    prices = price_list(models, TODAY + timedelta(days=1))

    assert len(prices) > 0.8 * len(models)
    assert all(price.input_usd >= 0 and price.output_usd >= 0 for price in prices.values())
