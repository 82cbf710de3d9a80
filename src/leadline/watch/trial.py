"""`leadline notify test` by the running watch: a sample incident, with the destinations that it has now."""

import asyncio
from collections.abc import Mapping

from leadline.destinations import Declined, Destination
from leadline.storage.sqlite import SQLiteIncidents
from leadline.triage.sample_incident import sample
from leadline.vocabulary import Ask, Command, Deed, Told
from leadline.watch.conversation import reason_of, tell
from leadline.watch.orders import given_in
from leadline.watch.outbound import Refused, Reply, Send

_LONGEST_ANSWER = 300


class Trial:
    """`give` sends in the thread of whoever asks. Nothing of it is stored but that it was done."""

    def __init__(
        self, destinations: Mapping[str, Destination], send: Send, incidents: SQLiteIncidents
    ) -> None:
        self._destinations = destinations
        self._send = send
        self._incidents = incidents

    def give(self, ask: Ask, at: float, account: str) -> Told:
        """One row with what was answered, or a sentence. `at` is Unix seconds."""
        try:
            given = given_in(ask)
        except ValueError as error:
            return Told(error=str(error))
        name = str(given.get("destination", ""))
        if name not in self._destinations:
            known = ", ".join(sorted(self._destinations)) or "none"
            return Told(error=f"the watch has no destination {name!r}; it has: {known}.")
        delivered, answer = self._tried(name, at, resolve=bool(given.get("resolve")))
        deed = Deed(
            at=at,
            by=str(given["by"]),
            action=Command.NOTIFY_TEST.value,
            subject=name,
            account=account,
            via=str(given.get("via", "")),
            outcome="done" if delivered else "not taken",
        )
        self._incidents.note(deed)
        return Told(rows=({"destination": name, "delivered": delivered, "answer": answer},))

    def _tried(self, name: str, at: float, *, resolve: bool) -> tuple[bool, str]:
        update = sample(at, resolve=resolve)
        try:
            reply = asyncio.run(tell(self._destinations[name], update, self._send))
        except (Refused, Declined) as error:
            return False, f"{name} was not told: {error}"
        except OSError as error:
            return False, f"{name} was not told: {reason_of(error)}"
        return reply.is_success, _said(name, reply)


def _said(name: str, reply: Reply) -> str:
    answer = " ".join(reply.body.decode("utf-8", "replace").split())[:_LONGEST_ANSWER]
    return f"{name} answered {reply.status}" + (f": {answer}" if answer else ".")
