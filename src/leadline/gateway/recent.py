"""The last requests of this worker, for `GET /v1/requests/{id}` before the watch has read them."""

from leadline.vocabulary import Exchange, Signal


class Recent:
    """Facts only, no text; the oldest makes room for the newest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[str, tuple[Exchange, tuple[Signal, ...]]] = {}

    def remember(self, exchange: Exchange, signals: tuple[Signal, ...]) -> None:
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[exchange.request_id] = (exchange, signals)

    def find(self, request_id: str, tenant: str) -> tuple[Exchange, tuple[Signal, ...]] | None:
        """None also for another tenant's request: whether it exists is not told."""
        found = self._kept.get(request_id)
        return found if found is not None and found[0].caller.tenant == tenant else None
