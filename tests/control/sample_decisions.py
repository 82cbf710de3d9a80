"""People's decisions on top of the sample: each order changes the rows, as the watch's would."""

import time
from collections.abc import Callable
from typing import Any

from tests.control.sample_reviews import Reviews
from tests.control.watch_stand_in import Rows

from leadline.vocabulary import Ask, Command, Told


class Decisions:
    """`rows` are those of the sample with what was ordered since."""

    def __init__(self, rows: Callable[[], Rows]) -> None:
        self._sample = rows
        self._silences: list[dict[str, Any]] = []
        self._deeds: list[dict[str, Any]] = []
        self._decided: dict[str, dict[str, Any]] = {}
        self._reviews = Reviews(time.time())

    def rows(self) -> Rows:
        rows = dict(self._sample())
        rows["silences"], rows["audit"] = list(self._silences), self._deeds[::-1]
        rows["reviews"], rows["review"] = self._reviews.lists(), self._reviews.whole()
        rows["incidents"] = [
            row | self._decided.get(str(row["incident_id"]), {}) for row in rows["incidents"]
        ]
        rows["incident"] = [self._whole(row) for row in rows["incident"]]
        return rows

    def obey(self, ask: Ask) -> Told:
        given, now = dict(ask.arguments), time.time()
        names = ("incident_id", "silence_id", "destination", "review_id")
        subject = str(next((given[name] for name in names if given.get(name)), ""))
        if subject == "inc-none":
            return Told(error="there is no open incident 'inc-none'; `leadline incidents` lists them.")
        if given["by"] == "refused":
            return Told(error="a silence needs an end that lies ahead.")
        row = self._carried_out(ask.name, given, subject, now)
        self._deeds.append(
            {
                "number": len(self._deeds) + 1,
                "at": now,
                "by": given["by"],
                "account": "leadline",
                "via": given["via"],
                "action": ask.name,
                "subject": subject or row.get("silence_id", ""),
                "outcome": "done",
                "note": given.get("reason", ""),
                "details": "",
                "hash": "ab" * 32,
                "sound": True,
            }
        )
        return Told(rows=(row,))

    def _carried_out(self, name: str, given: dict[str, Any], subject: str, now: float) -> dict[str, Any]:
        if name == Command.NOTIFY_TEST:
            return {"destination": subject, "delivered": True, "answer": f"{subject} answered 202."}
        if name in (Command.RELEASE, Command.REJECT):
            return self._reviews.decide(name, given, now)
        if name == Command.SILENCE:
            silence = {"silence_id": f"sil-{len(self._deeds)}", "at": now - 60, **given}
            del silence["via"]
            silence["category"] = given.get("category") or None
            self._silences.append(silence)
            return silence
        if name == Command.UNSILENCE:
            self._silences = [one for one in self._silences if one["silence_id"] != subject]
            return {"silence_id": subject}
        by, status = given["by"], "open"
        if name == Command.RESOLVE:
            status = "resolved"
            self._decided.setdefault(subject, {}).update(status=status, resolved_at=now, resolved_by=by)
        else:
            self._decided.setdefault(subject, {}).update(acknowledged_at=now, acknowledged_by=by)
        change = {"change": f"{name}d", "at": now, "by": by, "note": given.get("reason", "")}
        self._decided[subject].setdefault("changes", []).append(change)
        return {"incident_id": subject, "status": status, "changed": True}

    def _whole(self, row: dict[str, Any]) -> dict[str, Any]:
        decided = dict(self._decided.get(row["incident"]["incident_id"], {}))
        changes = decided.pop("changes", [])
        updates = [*row["updates"]]
        for change in changes:
            updates.append(
                {
                    "severity": row["incident"]["severity"],
                    "page": False,
                    "silenced": False,
                    "sequence": len(updates) + 1,
                    **change,
                }
            )
        return {**row, "incident": row["incident"] | decided, "updates": updates}
