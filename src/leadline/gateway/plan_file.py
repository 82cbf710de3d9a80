"""Read the plan and the overlay when they change, and keep the last good one when they are damaged."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from leadline.vocabulary import PLAN_SCHEMA, Overlay, Plan

T = TypeVar("T", Plan, Overlay)
Seen = tuple[int, int, int] | None
"""Modification time in ns, size, inode: a swap by rename changes at least the inode. None = no file."""


class _Envelope(msgspec.Struct):
    """What every version of the two files has."""

    schema: int = PLAN_SCHEMA
    generation: int = 0


_envelope = msgspec.msgpack.Decoder(_Envelope)


class SwappedFile(Generic[T]):
    """A msgpack file that its owner swaps by rename. `current` is the last good one, None before the first.

    `problem` is a sentence while what is on disk cannot be used, else empty.
    """

    def __init__(self, path: str, kind: type[T]) -> None:
        self.current: T | None = None
        self.problem = ""
        self._path = Path(path)
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(kind)
        self._seen: Seen = None

    def poll(self) -> bool:
        """Whether `current` is a new one. One `stat` while nothing changes."""
        try:
            seen = _signature(self._path.stat())
        except FileNotFoundError:
            return self._missing()
        except OSError as error:
            return self._refuse(error.strerror or str(error))
        if seen == self._seen:
            return False
        return self._read()

    def _read(self) -> bool:
        try:
            with self._path.open("rb") as file:
                self._seen = _signature(os.fstat(file.fileno()))
                data = file.read()
            schema = _envelope.decode(data).schema
            if schema > PLAN_SCHEMA:
                return self._refuse(
                    f"it has schema {schema} and this gateway reads up to {PLAN_SCHEMA}; upgrade the gateway"
                )
            self.current = self._decoder.decode(data)
        except OSError as error:
            return self._refuse(error.strerror or str(error))
        except msgspec.DecodeError as error:
            return self._refuse(f"it is damaged ({error}); have its owner write it again")
        self.problem = ""
        return True

    def _missing(self) -> bool:
        self._seen = None
        if self.current is None:
            self.problem = ""
            return False
        return self._refuse("it is gone")

    def _refuse(self, why: str) -> bool:
        kept = (
            f"generation {self.current.generation} stays in force"
            if self.current
            else "there is none before it"
        )
        self.problem = f"{self._path} cannot be used: {why}; {kept}"
        return False


class PlanFile(SwappedFile[Plan]):
    def __init__(self, path: str) -> None:
        super().__init__(path, Plan)


class OverlayFile(SwappedFile[Overlay]):
    def __init__(self, path: str) -> None:
        super().__init__(path, Overlay)


class Generation(msgspec.Struct, frozen=True):
    """Implements `gateway.parts.Decided`: what a request keeps until its end."""

    plan: Plan | None
    overlay: Overlay


class PlanFiles:
    """Implements `gateway.parts.Plans` on the two files. `on_plan` hears each new plan, before its use."""

    def __init__(
        self, plan_path: str, overlay_path: str, on_plan: Callable[[Plan], None] | None = None
    ) -> None:
        self._plan = PlanFile(plan_path)
        self._overlay = OverlayFile(overlay_path)
        self._on_plan = on_plan
        self._generation = Generation(None, Overlay())

    def current(self) -> Generation:
        """The newest generation; the same object while neither file has changed."""
        changed = self._plan.poll()
        if changed and self._on_plan is not None and self._plan.current is not None:
            self._on_plan(self._plan.current)
        if self._overlay.poll() or changed:
            self._generation = Generation(self._plan.current, self._overlay.current or Overlay())
        return self._generation

    @property
    def problem(self) -> str:
        """Why a file on disk is not in use, as a sentence; empty when all is well."""
        return "; ".join(filter(None, (self._plan.problem, self._overlay.problem)))


def _signature(status: os.stat_result) -> Seen:
    return status.st_mtime_ns, status.st_size, status.st_ino
