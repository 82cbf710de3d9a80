"""Fallback ladders made ready, and simulated failures that prove them."""

from collections.abc import Callable, Mapping

import msgspec

from leadline.policy.fallback import FailureMode
from leadline.policy.rungs import Rung
from leadline.vocabulary import ClientError, FailureCategory, FailureKind, RungSettings, UpstreamFailure

HEADER = "x-leadline-simulate"
RIGHT = "simulate"
SIMULATED = "simulated"
"""The error code of a failure that was asked for."""


class ReadyRung(msgspec.Struct, frozen=True):
    type: str
    rung: Rung


Ladders = Mapping[str, tuple[ReadyRung, ...]]
"""Rungs in order, by failure mode."""
BuildRung = Callable[[RungSettings], Rung]


def ready_ladders(settings: Mapping[str, tuple[RungSettings, ...]], build: BuildRung) -> Ladders:
    return {
        mode: tuple([ReadyRung(one.type, build(one)) for one in rungs]) for mode, rungs in settings.items()
    }


class Simulation(msgspec.Struct, frozen=True):
    """A failure that the caller asked for: of the primary alone, or with `until` of all that comes before the
    rung of that type.
    """

    kind: FailureKind
    until: str = ""

    def failure(self) -> UpstreamFailure:
        return UpstreamFailure(
            kind=self.kind,
            error_code=SIMULATED,
            message=f"simulated, as {HEADER} asked",
            fail_over=self.kind.category is FailureCategory.PROVIDER
            or self.kind is FailureKind.QUALITY_EMPTY,
        )


def read_simulation(asked: str, rights: tuple[str, ...]) -> Simulation | ClientError:
    """Of `provider.outage` or `provider.outage; rung=template`."""
    if RIGHT not in rights:
        return ClientError(
            status=403,
            code="simulation_not_allowed",
            message=f"This gateway key may not simulate failures; give it `rights: [{RIGHT}]`, or leave "
            f"{HEADER} out.",
        )
    word, _, rest = asked.partition(";")
    name, _, until = rest.strip().partition("=")
    kinds = {kind.value: kind for kind in FailureKind}
    if word.strip() not in kinds or (rest.strip() and (name.strip() != "rung" or not until.strip())):
        return ClientError(
            status=400,
            code="simulation_unknown",
            message=f"{HEADER} takes a failure kind such as provider.outage, provider.throttled or "
            "quality.format, and `; rung=template` to fail all that comes before that rung.",
        )
    return Simulation(kinds[word.strip()], until.strip())


def speaks_of(ladders: tuple[Ladders, ...], mode: FailureMode) -> bool:
    return any(mode in ladder or FailureMode.DEFAULT in ladder for ladder in ladders)
