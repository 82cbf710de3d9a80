"""Two answers that a policy holds, and a question that somebody has released."""

from typing import Any

_STATES = {"release": "released", "reject": "rejected"}
_TEXTS = ("prompt", "context", "answer")


class Reviews:
    """Decided as the watch decides: the texts of what is rejected go."""

    def __init__(self, now: float) -> None:
        self._rows = {
            row["review_id"]: row
            for row in (
                _review("rv-1", now - 60, answer="We <b>owe</b> EUR 4 million.", prompt="What do we owe?"),
                _review("rv-2", now - 600, answer="EUR 5 million.", prompt="And to whom?"),
                _review("rv-3", now - 9000, held="question", state="released", decided_by="Ann", note="fine"),
            )
        }

    def lists(self) -> list[dict[str, Any]]:
        return [{name: row[name] for name in row if name not in _TEXTS} for row in self._rows.values()]

    def whole(self) -> list[dict[str, Any]]:
        return list(self._rows.values())

    def decide(self, command: str, given: dict[str, Any], now: float) -> dict[str, Any]:
        row = self._rows[given["review_id"]]
        row |= {"state": _STATES[command], "decided_at": now, "decided_by": given["by"]}
        row |= {"note": given.get("reason", "")} | dict.fromkeys(_TEXTS, "")
        return {**row, "changed": True}


def _review(review_id: str, at: float, **more: Any) -> dict[str, Any]:
    return {
        "review_id": review_id,
        "request_id": review_id.removeprefix("rv-"),
        "at": at,
        "until": at + 86_400,
        "state": "pending",
        "held": "answer",
        "policy": "legal@1",
        "evidence": ["figures: held by legal@1: sum in output"],
        "tenant": "acme",
        "key_alias": "backend",
        "user": "u1",
        "feature": "search",
        "template": "summary",
        "provider": "openai",
        "model": "gpt-4o",
        "protocol": "openai.chat",
        "decided_at": None,
        "decided_by": "",
        "note": "",
        "prompt": "",
        "context": "",
        "answer": "",
        **more,
    }
