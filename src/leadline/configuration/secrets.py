"""Looks secrets up where their references point, and never shows them."""

from collections.abc import Callable, Mapping
from pathlib import Path


class MissingSecret(LookupError):
    """The reference points nowhere; the message names the reference, never a value."""


class Secrets:
    """Callable with a reference (`env:NAME` or `file:PATH`); gives the secret."""

    def __init__(
        self,
        environment: Mapping[str, str],
        read_file: Callable[[str], str] = lambda name: Path(name).read_text(),
    ) -> None:
        self._environment = environment
        self._read_file = read_file

    def __repr__(self) -> str:
        return "Secrets(***)"

    def __call__(self, reference: str) -> str:
        """Raises MissingSecret."""
        kind, _, name = reference.partition(":")
        if kind == "env":
            value = self._environment.get(name, "").strip()
            if not value:
                raise MissingSecret(
                    f"the environment variable {name} is not set; export it, or change {reference}"
                )
            return value
        try:
            value = self._read_file(name).strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise MissingSecret(f"{name} cannot be read ({reason}); {reference} points there") from error
        if not value:
            raise MissingSecret(f"{name} is empty; put the secret there, or change {reference}")
        return value
