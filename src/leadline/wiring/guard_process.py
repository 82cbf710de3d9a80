"""The check process: builds the guards it is told, then looks at texts until its worker is gone."""

import signal
import sys
from typing import BinaryIO, cast

import msgspec

from leadline import plugs
from leadline.checks.guards import Guard, NeedsLoading, Scans, ToldTheSystemPrompt
from leadline.checks.guards.content import Content
from leadline.checks.seeing import scanned
from leadline.vocabulary import Finding, GuardSettings, ScanAnswer, ScanJob, ScanSetup

GUARDS = "leadline.checks.guards"
COMMAND = (sys.executable, "-m", "leadline.wiring.guard_process")
_LENGTH_BYTES = 4


def main() -> int:
    """`python -m leadline.wiring.guard_process`: frames on standard input, answers on standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # its worker ends it, by closing the pipe
    inward, outward = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints must not end up between the frames
    setup = _next(inward)
    if setup is None:
        return 0
    guards, broken = _built(msgspec.msgpack.decode(setup, type=ScanSetup))
    _tell(outward, ScanAnswer(broken=broken))
    jobs = msgspec.msgpack.Decoder(ScanJob)
    while (frame := _next(inward)) is not None:
        _tell(outward, look(jobs.decode(frame), guards, broken))
    return 0


def build_guard(settings: GuardSettings) -> Guard:
    """Raises LookupError for a type that does not exist, ValueError for settings that do not fit."""
    try:
        return cast("Guard", plugs.build(GUARDS, {**settings.settings, "type": settings.type}))
    except msgspec.ValidationError as error:
        raise ValueError(f"the settings of a guard of type {settings.type!r} do not fit: {error}") from error


def _built(setup: ScanSetup) -> tuple[dict[str, Guard], dict[str, str]]:
    guards: dict[str, Guard] = {}
    broken: dict[str, str] = {}
    for name, settings in setup.guards.items():
        try:
            guard = build_guard(settings)
            if isinstance(guard, NeedsLoading):
                guard.load()
            guards[name] = guard
        except Exception as error:  # noqa: BLE001 - one guard that cannot be built must not take the others along
            broken[name] = f"the guard cannot be built: {type(error).__name__}: {error}"
    return guards, broken


def look(job: ScanJob, guards: dict[str, Guard], unbuilt: dict[str, str]) -> ScanAnswer:
    found: list[tuple[str, int, Finding]] = []
    broken: dict[str, str] = {}
    for name, places in job.guards.items():
        if name not in guards:
            broken[name] = unbuilt.get(name, "there is no such guard in the check process")
            continue
        one = guards[name]
        if isinstance(one, Content):
            broken[name] = f"it asks the route {one.model!r}, which a running gateway does"
            continue
        try:
            guard = _informed(one, job)
            for at, (place, text) in enumerate(job.texts):
                if place in places:
                    found += [(name, at, one) for one in scanned(guard, text, place)]
        except Exception as error:  # noqa: BLE001 - told to the worker, whose policy says what follows
            broken[name] = f"the guard broke down: {type(error).__name__}"
    return ScanAnswer(tuple(found), broken)


def _informed(guard: Guard, job: ScanJob) -> Scans:
    if job.system_prompt and isinstance(guard, ToldTheSystemPrompt):
        return guard.knowing(job.system_prompt)
    return guard


def _next(stream: BinaryIO) -> bytes | None:
    head = stream.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        return None
    return stream.read(int.from_bytes(head, "big"))


def _tell(stream: BinaryIO, answer: ScanAnswer) -> None:
    data = msgspec.msgpack.encode(answer)
    stream.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
