"""Whose certificate ends soon: connections are shared by address, news is about targets."""

from collections.abc import Iterable

from leadline.gateway.target_news import TargetReporter
from leadline.gateway.transport import origin_of
from leadline.vocabulary import ProviderIdentifier, Target


class Certificates:
    """`told` is what the transport calls."""

    def __init__(self, reporter: TargetReporter) -> None:
        self._reporter = reporter
        self._at: dict[str, dict[str, ProviderIdentifier]] = {}

    def follow(self, targets: Iterable[Target]) -> None:
        """Each provider by the address of its first target there."""
        found: dict[str, dict[str, ProviderIdentifier]] = {}
        for target in targets:
            try:
                name = origin_of(target.base_url).name
            except ValueError:  # each call to it fails with this sentence
                continue
            found.setdefault(name, {}).setdefault(target.identity.provider, target.identity)
        self._at = found

    def told(self, upstream: str, left_s: float, at: float) -> None:
        for identity in self._at.get(upstream, {}).values():
            self._reporter.certificate_ends(identity, upstream, left_s, at)
