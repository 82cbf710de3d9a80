"""What deep checks hand on: findings for triage and the facts, jobs for later."""

import msgspec

from leadline.vocabulary.row import TelemetryRow
from leadline.vocabulary.signal import Signal


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work that a finding asks for, such as `kind` golden_set for `subject` openai/gpt-4o. `at` is Unix
    seconds. A job of the same kind and subject that still waits is not left twice.

    `number` 0 = not kept yet. `state` is waiting, running, done or failed.
    """

    kind: str
    subject: str
    reason: str
    at: float
    number: int = 0
    state: str = "waiting"


class DeepFinding(msgspec.Struct, frozen=True, kw_only=True):
    """On its way from the deep checks to triage (`row`) and, by request id, to the facts (`signals`)."""

    row: TelemetryRow
    signals: tuple[Signal, ...] = ()
