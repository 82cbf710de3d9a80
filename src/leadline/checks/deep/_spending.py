"""Which answers are sampled, what may be spent on them in a day, and that it is spent."""

from collections.abc import Callable
from hashlib import blake2b

import msgspec

from leadline.checks.deep import Ask, Asked, Asking
from leadline.vocabulary import Condition, FailureKind, ProviderIdentifier

_DAY_S = 86_400.0
_SPAN = 2**32
_TOLD_FOR_S = 600.0
"""A budget of ours that is spent is news, and no trouble that should be the greater the longer it lasts."""
_OWN = "leadline"


def is_sampled(request_id: str, share: float, salt: str) -> bool:
    """The same answer on every host and after a restart; `salt` keeps two checks from choosing the same."""
    drawn = blake2b(request_id.encode(), digest_size=4, key=salt.encode()).digest()
    return int.from_bytes(drawn, "big") < share * _SPAN


class Spent(msgspec.Struct):
    """US dollars of the day that `day` numbers, in UTC."""

    day: int = 0
    usd: float = 0.0
    told: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Spent)


class Purse:
    """A budget in US dollars for each UTC day. A question whose price nobody knows costs `unpriced_usd`."""

    def __init__(self, per_day_usd: float, unpriced_usd: float, clock: Callable[[], float]) -> None:
        self._per_day_usd, self._unpriced_usd, self._clock = per_day_usd, unpriced_usd, clock
        self.spent = Spent()

    @property
    def is_empty(self) -> bool:
        self._turn_day()
        return self.spent.usd >= self._per_day_usd

    async def ask(self, ask: Ask, asking: Asking) -> Asked:
        """What it cost is paid, even when it is more than was left. Raises Unavailable."""
        asked = await ask(asking)
        self._turn_day()
        self.spent.usd += self._unpriced_usd if asked.cost_usd is None else asked.cost_usd
        return asked

    def last_words(self, check: str) -> tuple[Condition, ...]:
        """Once a day, when all is spent: nothing more is judged until midnight. And once more when it asks
        again before that, since somebody gave it more.
        """
        if self.is_empty == self.spent.told:
            return ()
        self.spent.told = self.is_empty
        budget, now = self._per_day_usd, self._clock()
        midnight = (self.spent.day + 1) * _DAY_S
        return (
            Condition(
                check=check,
                subject="budget",
                kind=FailureKind.COST_BUDGET,
                breached=self.is_empty,
                clear=not self.is_empty,
                measure="usd_of_the_day",
                measured=self.spent.usd,
                threshold=budget,
                where=ProviderIdentifier(provider=_OWN, model=check),
                at=now,
                feature=_OWN,
                evidence=_words(check, budget, is_empty=self.is_empty),
                until=min(midnight, now + _TOLD_FOR_S),
            ),
        )

    def _turn_day(self) -> None:
        today = int(self._clock() // _DAY_S)
        if today != self.spent.day:
            self.spent = Spent(today)

    def remembered(self) -> bytes:
        return _encoder.encode(self.spent)

    def remember(self, memory: bytes) -> None:
        self.spent = _decoder.decode(memory)


def _words(check: str, budget_usd: float, *, is_empty: bool) -> str:
    if not is_empty:
        return f"deep check {check} asks again, with {budget_usd:g} USD for the day"
    spent = f"deep check {check} has spent its {budget_usd:g} USD of the day"
    return f"{spent} and asks no more until midnight UTC"
