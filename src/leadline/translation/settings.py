"""The figures of a request, fitted to what the target's model takes."""

from typing import Any

from leadline.translation.models import Takes
from leadline.translation.neutral import Asked, Losses, Sampling, refuse

_REASONING_REFUSES = ("presence_penalty", "frequency_penalty")


def fitted_limit(asked: Asked, takes: Takes, losses: Losses) -> int | None:
    """The longest output in tokens: the client's, but no more than the model gives."""
    limit = asked.output_limit
    if limit is None or takes.output_limit is None or limit <= takes.output_limit:
        return limit
    losses.add(asked.words["output_limit"])
    return takes.output_limit


def fitted_sampling(asked: Asked, takes: Takes, losses: Losses, carries: tuple[str, ...]) -> Sampling:
    """The parameters that target's protocol `carries` and its model accepts; the others are named."""
    given = asked.sampling
    kept: dict[str, Any] = {}
    for name in Sampling.__struct_fields__:
        value = getattr(given, name)
        if value is None or (value == 0 and name.endswith("penalty")):
            continue
        if name not in carries or not takes.hottest or (takes.reasons and name in _REASONING_REFUSES):
            losses.add(asked.words[name])
        else:
            kept[name] = value
    if kept.get("temperature") is not None and given.temperature is not None:
        kept["temperature"] = min(given.temperature, takes.hottest)
        if given.temperature > takes.hottest:
            losses.add(asked.words["temperature"])
        if "top_p" in kept and not takes.both_temperature_and_top_p:
            del kept["top_p"]
            losses.add(asked.words["top_p"])
    return Sampling(**kept)


def fitted_stop(asked: Asked, takes: Takes) -> tuple[str, ...]:
    """Raises Unportable: without its stop sequences an answer runs past its end."""
    if len(asked.stop) > takes.stop_sequences:
        refuse(f"the target takes {takes.stop_sequences} stop sequences, not {len(asked.stop)}")
    return asked.stop


def said(sampling: Sampling) -> dict[str, float | int]:
    """Those that are given, by their neutral names."""
    return {
        name: value for name in Sampling.__struct_fields__ if (value := getattr(sampling, name)) is not None
    }
