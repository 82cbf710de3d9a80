"""What a person decided about a route at run time; it holds against the configuration until it is reset."""

import msgspec


class TargetChoice(msgspec.Struct, frozen=True, kw_only=True):
    """`provider` is a name under `providers:`, `model` the upstream's name. Neighbours with a `weight` and
    the same `priority` share the load.
    """

    provider: str
    model: str
    weight: float | None = None
    priority: int = 0

    @property
    def name(self) -> str:
        return f"{self.provider}/{self.model}"


class RouteOverride(msgspec.Struct, frozen=True, kw_only=True):
    """The targets of `alias` in place of the configured ones. `at` is Unix seconds."""

    alias: str
    targets: tuple[TargetChoice, ...]
    by: str
    at: float
    reason: str = ""
