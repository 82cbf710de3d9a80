"""Reads the supervisor's note about a blind watch."""

from pathlib import Path

import msgspec

from leadline.vocabulary import BlindNote, Reported

STALE_S = 30.0
_decoder = msgspec.json.Decoder(BlindNote)


def read_note(path: Path) -> BlindNote | None:
    """None when there is none, or none that can be read: the incident then gets an id of its own."""
    try:
        return _decoder.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


class NoteReader:
    """Looks at the file when it is asked; `told(incident_id)` says who need not hear of its opening again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def reported(self, now: float) -> Reported | None:
        note = read_note(self._path)
        if note is None or now - note.at > STALE_S:
            return None
        return Reported(incident_id=note.incident_id, opened_at=note.opened_at, reason=note.reason)

    def told(self, incident_id: str) -> frozenset[str]:
        note = read_note(self._path)
        return frozenset(note.told) if note is not None and note.incident_id == incident_id else frozenset()
