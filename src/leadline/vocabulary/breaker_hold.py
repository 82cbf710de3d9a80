"""What a person decided about a breaker at run time; it holds until it is released."""

import msgspec


class BreakerHold(msgspec.Struct, frozen=True, kw_only=True):
    """`target` is PROVIDER, PROVIDER/MODEL or the full PROVIDER/MODEL/REGION/KEY_ALIAS, as incidents name it.

    Held `open` it is asked only where nothing else is left; held closed it is asked whatever its breaker
    thinks of it. `at` is Unix seconds.
    """

    target: str
    by: str
    at: float
    open: bool = True
    reason: str = ""

    def means(self, full_name: str) -> bool:
        """Whether the target with that full name is held."""
        return full_name == self.target or full_name.startswith(f"{self.target}/")
