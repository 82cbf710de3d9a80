"""Publishes the plan: one immutable file, swapped by rename, with a generation that only rises."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from leadline.control.swapping import swap
from leadline.vocabulary import Plan

_log = structlog.get_logger(__name__)
_decoder = msgspec.msgpack.Decoder(Plan)
_encoder = msgspec.msgpack.Encoder(order="deterministic")


class Published(msgspec.Struct, frozen=True):
    """`changed` False = the content is what the file already holds, so the generation stays.

    `waiting` names what has changed in the configuration and is taken up by the next start alone.
    """

    plan: Plan
    changed: bool
    waiting: tuple[str, ...] = ()


class PlanWriter:
    """The only writer of the plan file.

    `build_plan` compiles the configuration; its `generation` and `created_at` are overwritten. What it
    raises passes through, and the published plan stays as it was. `waiting` is asked after it.
    """

    def __init__(
        self,
        path: Path,
        build_plan: Callable[[], Plan],
        now: Callable[[], float] = time.time,
        waiting: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._path = path
        self._build_plan = build_plan
        self._now = now
        self._waiting = waiting
        self._one_at_a_time = threading.Lock()

    def publish(self) -> Published:
        """Build the plan and write it when its content differs from the published one."""
        with self._one_at_a_time:
            built = self._build_plan()
            before = self.current()
            if before is not None and _content(before) == _content(built):
                return Published(before, changed=False, waiting=self._waiting())
            plan = msgspec.structs.replace(
                built, generation=self._next_generation(before), created_at=self._now()
            )
            swap(self._path, _encoder.encode(plan))
            _log.info("plan_published", generation=plan.generation, routes=len(plan.routes))
            return Published(plan, changed=True, waiting=self._waiting())

    def current(self) -> Plan | None:
        """The published plan; None before the first, or when the file is damaged."""
        try:
            return _decoder.decode(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            _log.warning("plan_unreadable", path=str(self._path), why=str(error))
            return None

    def _next_generation(self, before: Plan | None) -> int:
        if before is not None:
            return before.generation + 1
        # A damaged file hides how far the generations got. Workers may hold a later one than 1, and
        # seconds since 1970 are above every count of reloads.
        return int(self._now()) if self._path.exists() else 1


def _content(plan: Plan) -> bytes:
    return _encoder.encode(msgspec.structs.replace(plan, generation=0, created_at=0.0))
