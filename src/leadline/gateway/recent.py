"""The last requests of this worker, for `GET /v1/requests/{id}` before the watch has read them."""

from leadline.vocabulary import Exchange, ProviderIdentifier, Signal, WireProtocol


class Recent:
    """Facts only, no text; the oldest makes room for the newest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[str, tuple[Exchange, tuple[Signal, ...]]] = {}
        self._answered: dict[str, Exchange] = {}

    def remember(self, exchange: Exchange, signals: tuple[Signal, ...]) -> None:
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[exchange.request_id] = (exchange, signals)
        if exchange.protocol is WireProtocol.OPENAI_RESPONSES and exchange.answer is not None:
            if len(self._answered) >= self._most:
                del self._answered[next(iter(self._answered))]
            self._answered[exchange.answer.response_id or ""] = exchange

    def find(self, request_id: str, tenant: str) -> tuple[Exchange, tuple[Signal, ...]] | None:
        """None also for another tenant's request: whether it exists is not told."""
        found = self._kept.get(request_id)
        return found if found is not None and found[0].caller.tenant == tenant else None

    def maker_of(self, response_id: str, tenant: str) -> Exchange | None:
        """The request that made a response of this tenant; None for what another worker saw, too."""
        found = self._answered.get(response_id)
        return found if found is not None and found.caller.tenant == tenant else None

    def keeper_of(self, response_id: str, tenant: str) -> ProviderIdentifier | None:
        """Who has it."""
        made = self.maker_of(response_id, tenant)
        return made.attempts[-1].target if made is not None else None
