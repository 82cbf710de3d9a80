"""Who vouches for each upstream of a plan that has authorities or a certificate of its own."""

from collections.abc import Iterable, Iterator

from leadline.configuration.positions import Path
from leadline.configuration.shape import Config
from leadline.gateway.transport import Origin, origin_of
from leadline.vocabulary import Plan, Target, TlsFiles


def vouchers(plan: Plan) -> dict[Origin, TlsFiles]:
    """Connections are shared by origin, so these are, too; `quarrels` refuses what contradicts itself."""
    return {origin_of(one.base_url): one.tls for one in _targets(plan) if one.tls is not None}


def quarrels(config: Config) -> Iterator[tuple[Path, str]]:
    """Providers with an address of their own that name other files than the first one there."""
    seen: dict[Origin, str] = {}
    for name, section in config.providers.items():
        try:
            origin = origin_of(section.base_url or "")
        except ValueError:
            continue
        first = seen.setdefault(origin, name)
        if config.providers[first].tls != section.tls:
            sentence = f"{first!r} is at the same address, so both share connections and need the same `tls`."
            yield ("providers", name, "tls"), sentence


def _targets(plan: Plan) -> Iterable[Target]:
    return (*plan.accounts.values(), *(target for route in plan.routes.values() for target in route.targets))
