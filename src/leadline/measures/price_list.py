"""Prices of known models from the snapshot that genai-prices ships; nothing is fetched."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelPrice, TieredPrices

from leadline.vocabulary import Price

_HOUSES = {
    "gemini": "google",
    "vertex": "google",
    "xai": "x-ai",
    "moonshot": "moonshotai",
}
"""Our types that the snapshot calls otherwise."""


def price_list(models: Iterable[tuple[str, str]], at: datetime) -> dict[str, Price]:
    """Prices by `{provider type}/{model}`, valid at `at`.

    A pair that the snapshot does not know, or knows only by another unit than tokens, is absent: its cost
    is unknown, which is not the same as free. The hour-long cache has a price of its own that is not kept:
    every cache write costs what the five-minute one does.
    """
    found = ((f"{house}/{model}", _price(house, model, at)) for house, model in models)
    return {name: price for name, price in found if price is not None}


def _price(house: str, model: str, at: datetime) -> Price | None:
    # Vertex and Gemini name models by path, and Claude on Vertex carries its date behind an @
    name = model.rsplit("/", 1)[-1].replace("@", "-")
    try:
        _, known = get_snapshot().find_provider_model(name, None, _HOUSES.get(house, house), None)
    except LookupError:
        return None
    prices = known.get_prices(at)
    size = _size_limit(prices)
    small = _rates(prices, larger=False)
    if small is None or size is None:
        return small
    return Price(
        input_usd=small.input_usd,
        output_usd=small.output_usd,
        cached_read_usd=small.cached_read_usd,
        cache_write_usd=small.cache_write_usd,
        larger_above=size,
        larger=_rates(prices, larger=True),
    )


def _rates(prices: ModelPrice, *, larger: bool) -> Price | None:
    entered = _dollars(prices.input_mtok, larger=larger)
    if entered is None:
        return None
    return Price(
        input_usd=entered,
        output_usd=_dollars(prices.output_mtok, larger=larger) or 0.0,
        cached_read_usd=_dollars(prices.cache_read_mtok, larger=larger),
        cache_write_usd=_dollars(prices.cache_write_mtok, larger=larger),
    )


def _dollars(rate: Decimal | TieredPrices | None, *, larger: bool) -> float | None:
    if isinstance(rate, TieredPrices):
        return float(rate.tiers[0].price if larger and rate.tiers else rate.base)
    return None if rate is None else float(rate)


def _size_limit(prices: ModelPrice) -> int | None:
    tiered = [rate for rate in (prices.input_mtok, prices.output_mtok) if isinstance(rate, TieredPrices)]
    return min((tier.start for rate in tiered for tier in rate.tiers), default=None)
