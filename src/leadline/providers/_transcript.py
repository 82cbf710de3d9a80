"""The words of a conversation, sorted into what is asked and what the model may lean on."""


class Transcript:
    """Add texts in order, then read `prompt`, `context` and `system`."""

    __slots__ = ("_asked_at", "_system", "_texts", "countable")

    def __init__(self) -> None:
        self.countable = True
        self._texts: list[str] = []
        self._system: list[str] = []
        self._asked_at = -1

    def add(self, text: str | None) -> None:
        if text:
            self._texts.append(text)

    def add_system(self, text: str | None) -> None:
        if text:
            self._texts.append(text)
            self._system.append(text)

    def add_user(self, text: str | None) -> None:
        if text:
            self._asked_at = len(self._texts)
            self._texts.append(text)

    @property
    def system(self) -> str:
        return "\n".join(self._system)

    @property
    def prompt(self) -> str:
        """The last user message that holds text."""
        return self._texts[self._asked_at] if self._asked_at >= 0 else ""

    @property
    def context(self) -> str:
        at = self._asked_at
        return "\n".join(self._texts if at < 0 else self._texts[:at] + self._texts[at + 1 :])
