"""Writes the overlay, swapped by rename, from what was learnt; and keeps the learning over a restart."""

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from leadline.storage import DiskFull
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Observation, Overlay, OverlayEntry
from leadline.watch.centroids import Embeds
from leadline.watch.learning import Learning, changed_notably

SNAPSHOT = "learning"
PUBLISH_EVERY_S = 3.0
SAVE_EVERY_S = 30.0
Wanted = Callable[[float], Iterable[OverlayEntry]]
_encoder = msgspec.msgpack.Encoder()
_learning = msgspec.msgpack.Decoder(Learning)
_overlay = msgspec.msgpack.Decoder(Overlay)


class OverlayWriter:
    """Hears observations in the recorder's thread; `step` publishes and saves in another.

    A death loses what was learnt since the last save, at most half a minute: estimates, not facts.
    """

    def __init__(
        self,
        path: Path,
        incidents: SQLiteIncidents,
        wanted: Wanted = lambda _: (),
        model: Embeds | None = None,
    ) -> None:
        """`wanted` gives the entries, beside what was learnt, that hold at a Unix time. `model` embeds
        answers for their templates' centroids; None = there are none.
        """
        self._model = model
        self._path = path
        self._wanted = wanted
        self._incidents = incidents
        self._lock = threading.Lock()
        snapshot = incidents.snapshot(SNAPSHOT)
        self._known = _learning.decode(snapshot) if snapshot else Learning()
        self._overlay = _overlay.decode(path.read_bytes()) if path.exists() else Overlay()
        self._published_at = 0.0
        self._saved_at = 0.0

    def observe(self, observation: Observation) -> None:
        with self._lock:
            self._known.observe(observation, self._model)

    def step(self, now: float) -> None:
        """Publish when something changed notably, save now and then."""
        if now - self._published_at >= PUBLISH_EVERY_S:
            self._published_at = now
            with self._lock:
                entries = (*self._known.entries(), *self._wanted(now))
            if changed_notably(self._overlay.entries, entries):
                overlay = Overlay(generation=self._overlay.generation + 1, created_at=now, entries=entries)
                if self._swap(overlay):
                    self._overlay = overlay
        if now - self._saved_at >= SAVE_EVERY_S:
            self._saved_at = now
            self.save(now)

    def save(self, now: float) -> None:
        with self._lock:
            snapshot = _encoder.encode(self._known)
        try:
            self._incidents.put_snapshot(SNAPSHOT, now, snapshot)
        except DiskFull:
            return  # shown by the store's `disk_full`; the next save has it all

    def _swap(self, overlay: Overlay) -> bool:
        fresh = self._path.with_suffix(".new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_encoder.encode(overlay))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError:
            return False  # a full disk: the last good overlay stays in force and this is tried again
        return True
