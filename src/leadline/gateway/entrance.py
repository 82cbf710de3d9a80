"""Which surface a path belongs to."""

from collections.abc import Mapping, Sequence

from leadline.providers import Surface
from leadline.vocabulary import WireProtocol


class Entrance:
    """All surfaces that a client may speak, found by path: most by one look-up, some by the name inside."""

    def __init__(self, surfaces: Sequence[Surface]) -> None:
        self._by_path = {path: surface for surface in surfaces for path in surface.paths}
        self._surfaces = tuple(surfaces)
        self._by_protocol: Mapping[WireProtocol, Surface] = {s.protocol: s for s in surfaces}

    @property
    def endpoints(self) -> tuple[str, ...]:
        """As people are told."""
        return tuple([surface.endpoint for surface in self._surfaces])

    def at(self, path: str) -> Surface | None:
        """Where a POST to `path` goes."""
        return self._by_path.get(path) or next((s for s in self._surfaces if s.matches(path)), None)

    def speaking(self, protocol: WireProtocol) -> Surface:
        """Raises KeyError."""
        return self._by_protocol[protocol]
