"""What a call cost: pure arithmetic over a price and the tokens billed."""

from leadline.vocabulary import Price, TokenUsage

_TOKENS_PER_PRICE = 1_000_000


def cost_usd(price: Price, usage: TokenUsage) -> float:
    """US dollars. Cached reads and writes at their own price, or at the input price where there is none.

    Some hosts report more cached tokens than input tokens; the plain remainder is then 0, never negative.
    """
    price = _of_size(price, usage.input_tokens)
    read_usd = price.input_usd if price.cached_read_usd is None else price.cached_read_usd
    write_usd = price.input_usd if price.cache_write_usd is None else price.cache_write_usd
    plain = max(0, usage.input_tokens - usage.cached_read_tokens - usage.cache_write_tokens)
    total = (
        plain * price.input_usd
        + usage.cached_read_tokens * read_usd
        + usage.cache_write_tokens * write_usd
        + usage.output_tokens * price.output_usd
    )
    return total / _TOKENS_PER_PRICE


def _of_size(price: Price, input_tokens: int) -> Price:
    while price.larger is not None and input_tokens > price.larger_above:
        price = price.larger
    return price
