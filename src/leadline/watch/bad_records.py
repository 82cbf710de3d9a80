"""Records nobody could read: kept as files in `spool/bad`, counted, and reported as events."""

from pathlib import Path

import msgspec

from leadline.storage.fact_rows import without_text
from leadline.vocabulary import (
    CausalSignals,
    FailureEvent,
    FailureKind,
    Observation,
    ProviderIdentifier,
    Severity,
)
from leadline.watch.spool_reader import RawRecord, Seen

MOST_FILES = 1000
_OURSELVES = ProviderIdentifier(provider="leadline", model="watch")


class BadRecords:
    """The folder of what could not be read. Saving one twice changes nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.count = sum(1 for _ in folder.glob("*.bin"))

    def forget(self, before: float) -> None:
        """Damaged frames may hold text, so they are not kept for long. The count stays."""
        for path in self._folder.glob("*.bin"):
            if path.stat().st_mtime < before:
                path.unlink()

    def save(self, record: RawRecord) -> None:
        """Keep the bytes for whoever looks into it; beyond `MOST_FILES` only the number grows."""
        path = self._folder / f"{record.segment}-{record.offset}.bin"
        if path.exists():
            return
        self.count += 1
        if self.count <= MOST_FILES:
            path.touch(mode=0o600)
            path.write_bytes(record.payload)


def unusable(seen: Seen, error: Exception) -> RawRecord:
    """A record that a consumer failed on twice. Its text stays behind: this file outlives the spool."""
    record = seen.record
    if isinstance(record, Observation):
        record = msgspec.structs.replace(record, exchange=without_text(record.exchange), text=None)
    reason = f"{type(error).__name__}: {error}"
    return RawRecord(seen.segment, seen.offset, 0, msgspec.msgpack.encode(record), reason)


def blind_spot(record: RawRecord, at: float, consumer: str) -> FailureEvent:
    """The event that says: here is something which Leadline could not see."""
    return FailureEvent(
        event_id=f"bad-{record.segment}-{record.offset}-{consumer}",
        request_id="",
        at=at,
        kind=FailureKind.DATA_BLIND_SPOT,
        severity=Severity.LOW,
        provider=_OURSELVES,
        key="DATA:leadline",
        feature="leadline",
        causal_signals=CausalSignals(
            check=consumer,
            measure="unreadable_bytes",
            measured=float(len(record.payload)),
            evidence=f"{record.segment} at {record.offset}: {record.reason}"[:200],
        ),
    )
