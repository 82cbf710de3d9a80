"""One file per place that hears about incidents. A destination only renders; delivery is the watch's.

To add one, copy `webhook.py`. Fields are settings (secrets arrive already resolved), PLUG is last.
"""

import typing
from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec

from leadline.vocabulary import IncidentUpdate, OutboundRequest, Severity

SECRET = msgspec.Meta(extra={"secret": True})
Secret = Annotated[str, SECRET]
"""A setting that no repr, log or page ever shows."""


class Declined(ValueError):
    """The receiver answered, but did not do what it was asked: a sentence with the cause and the cure."""


class Destination(Protocol):
    @property
    def at_least(self) -> Severity:
        """The mildest severity that this place wants to hear of."""

    @property
    def only_pages(self) -> bool:
        """True for places that wake people: they hear what pages and, of that, the end."""

    @property
    def only_outlived(self) -> bool:
        """True for trackers: they hear of what stays open (900 s by default), and then what follows."""

    def render(self, update: IncidentUpdate) -> OutboundRequest:
        """The first request of a change, and for most places the only one."""

    def follow_up(self, update: IncidentUpdate, answers: Sequence[bytes]) -> OutboundRequest | None:
        """What to send after these answers (bodies of successes, in order); None = all is said.

        Raises Declined.
        """


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What destinations have in common: who is told, links, and a repr without secrets.

    `console_url` is where people open the Leadline console; alerts then link to their incident. `docs_url` is
    where Leadline's repository can be read; the runbook is then a link. Both are by default those under
    `links:`.
    """

    at_least: Severity = Severity.HIGH
    only_pages: bool = False
    only_outlived: bool = False
    console_url: str = ""
    docs_url: str = ""

    def follow_up(self, update: IncidentUpdate, answers: Sequence[bytes]) -> OutboundRequest | None:
        del update, answers
        return None

    def incident_link(self, update: IncidentUpdate) -> str:
        """The incident in the console, or nothing."""
        if not self.console_url:
            return ""
        return f"{self.console_url.rstrip('/')}/incidents/{update.incident.incident_id}"

    def runbook_link(self, update: IncidentUpdate) -> str:
        """The runbook's URL, or nothing where only its path in the repository is known."""
        if update.runbook.startswith(("http://", "https://")) or not update.runbook:
            return update.runbook
        return f"{self.docs_url.rstrip('/')}/{update.runbook}" if self.docs_url else ""

    def __repr__(self) -> str:
        hidden = secrets(type(self))
        shown = (
            f"{name}={'***' if name in hidden and getattr(self, name) else repr(getattr(self, name))}"
            for name in self.__struct_fields__
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def secrets(plug: type[object]) -> frozenset[str]:
    """The settings of a destination that must not be shown."""
    hints = typing.get_type_hints(plug, include_extras=True)
    return frozenset(name for name, hint in hints.items() if SECRET in typing.get_args(hint)[1:])
