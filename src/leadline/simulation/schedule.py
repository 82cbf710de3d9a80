"""What goes wrong at which simulated provider and when: a timeline that repeats."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec


class Misbehaviour(StrEnum):
    """`injected_prompt` belongs to the traffic: the provider only obeys what it is told there."""

    UNAVAILABLE = "unavailable"
    OVERLOADED = "overloaded"
    RESET = "reset"
    SLOW = "slow"
    FABRICATED_FIGURE = "fabricated_figure"
    BROKEN_JSON = "broken_json"
    TRUNCATED = "truncated"
    TOKEN_BLOWUP = "token_blowup"  # noqa: S105  no password
    INJECTED_PROMPT = "injected_prompt"


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """From `begins_s` until before `ends_s`, `share` (0..1) of the provider's calls go wrong in this way."""

    provider: str
    misbehaviour: Misbehaviour
    begins_s: float
    ends_s: float
    share: float = 1.0


class Schedule(msgspec.Struct, frozen=True):
    """Episodes within one period; after `period_s` they begin again."""

    episodes: tuple[Episode, ...] = ()
    period_s: float = 150.0

    def misbehaviour(self, provider: str, at_s: float, roll: float) -> Misbehaviour | None:
        """What this call does wrong, if anything. `at_s` counts from the start, `roll` is in [0, 1).

        Episodes of one provider at the same time share the roll: .6 of one and .2 of another leave .2 well.
        """
        reached = 0.0
        for episode in self.under_way(at_s):
            if episode.provider == provider:
                reached += episode.share
                if roll < reached:
                    return episode.misbehaviour
        return None

    def under_way(self, at_s: float) -> Iterator[Episode]:
        moment = at_s % self.period_s
        return (episode for episode in self.episodes if episode.begins_s <= moment < episode.ends_s)


PAGER = "pager"
"""Below this name whatever is told to people is accepted, so that a demo has somebody to tell."""
PRIMARY, RESERVE, ANTHROPIC, GEMINI = "openai-primary", "openai-reserve", "anthropic", "gemini"
TRAFFIC = "traffic"
"""The name under which the clients' own misbehaviour stands in a schedule."""


def _episode(
    provider: str, misbehaviour: Misbehaviour, begins_s: float, ends_s: float, share: float
) -> Episode:
    return Episode(
        provider=provider, misbehaviour=misbehaviour, begins_s=begins_s, ends_s=ends_s, share=share
    )


DEMO = Schedule(
    (
        _episode(PRIMARY, Misbehaviour.UNAVAILABLE, 8, 30, 0.6),
        _episode(PRIMARY, Misbehaviour.OVERLOADED, 8, 30, 0.2),
        _episode(PRIMARY, Misbehaviour.RESET, 8, 30, 0.2),
        _episode(ANTHROPIC, Misbehaviour.FABRICATED_FIGURE, 15, 40, 0.8),
        _episode(TRAFFIC, Misbehaviour.INJECTED_PROMPT, 36, 56, 0.9),
        _episode(GEMINI, Misbehaviour.SLOW, 48, 66, 0.5),
        _episode(PRIMARY, Misbehaviour.TOKEN_BLOWUP, 74, 90, 0.6),
        _episode(ANTHROPIC, Misbehaviour.TRUNCATED, 80, 98, 0.4),
        _episode(ANTHROPIC, Misbehaviour.OVERLOADED, 80, 98, 0.2),
        _episode(GEMINI, Misbehaviour.BROKEN_JSON, 92, 112, 0.7),
    )
)
"""With the incident rules at a tenth of their length, each of these opens an incident within seconds and,
the calm of 30 s over, lets it close before its turn comes again.
"""
