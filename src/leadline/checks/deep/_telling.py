"""When to tell how a window stands: at each change, and now and then while it is breached."""

import msgspec

from leadline.vocabulary import Condition

REPEAT_S = 60.0


class _Last(msgspec.Struct):
    breached: bool
    clear: bool
    at: float


class Telling:
    """Keeps what was last told of each condition, by its name."""

    def __init__(self) -> None:
        self._told: dict[str, _Last] = {}

    def worth(self, condition: Condition) -> tuple[Condition, ...]:
        """The condition, or nothing when people know it already. What was never breached is not told."""
        last = self._told.get(condition.name)
        if last is None and not condition.breached:
            return ()
        same = last is not None and (last.breached, last.clear) == (condition.breached, condition.clear)
        if same and last is not None and (condition.clear or condition.at - last.at < REPEAT_S):
            return ()
        self._told[condition.name] = _Last(condition.breached, condition.clear, condition.at)
        return (condition,)
