"""The model that answers is the one that answered yesterday."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from leadline.checks.bounds import AboveZero, AtLeastOne
from leadline.checks.deep import DeepCheck, DeepExamination, DeepPlug, DeepTools, Found
from leadline.vocabulary import Condition, FailureKind, Job, ProviderIdentifier

_CHECK = "served_model"
GOLDEN_SET = "golden_set"
_MOST_TARGETS = 2000


class ServedModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tells `quality.regression` as soon as a provider serves another model than before under the same name,
    and leaves a job (`leadline jobs`) that the golden set be run again.

    What serves is what the answer says: `model` or `modelVersion`, which a dated snapshot changes, and beside
    it OpenAI's `system_fingerprint`. The model counts as changed after `model_answers` answers in a row of a
    new one; the fingerprint, which changes with each roll-out and flickers while two are in service, only
    when those that were known stay away for `fingerprint_answers` answers. Of several models in turns (a
    share of the traffic on a snapshot) each is learnt and none is news twice. The condition holds for
    `told_for_s`, then it is over: what the golden set says takes its place.

    Blind spots: a provider that changes the model and not its name; one that tells neither. Quality then
    speaks through the other checks.

    Attributes:
        model_answers: answers in a row that make a new model certain.
        fingerprint_answers: answers without any known fingerprint that make a new one certain.
        told_for_s: seconds that a change counts as a breach.
    """

    by_default: ClassVar[bool] = True
    slow: ClassVar[bool] = False

    model_answers: AtLeastOne = 3
    fingerprint_answers: AtLeastOne = 50
    told_for_s: AboveZero = 600.0

    def start(self, tools: DeepTools) -> DeepCheck:
        del tools
        return _Looker(self)


class _Track(msgspec.Struct):
    """`known` are values seen for certain; `fresh` the one that may be new, seen `times` in a row."""

    known: list[str] = []
    fresh: str = ""
    times: int = 0

    def see(self, value: str, certain_after: int, *, same: bool) -> bool:
        """Whether a value has just become certain that was not known. `same` = it must be one and the same
        value all the time; else any value counts that was not known.
        """
        if not self.known:
            self.known = [value]
            return False
        if value in self.known:
            self.fresh, self.times = "", 0
            return False
        self.times = self.times + 1 if value == self.fresh or not same else 1
        self.fresh = value
        if self.times < certain_after:
            return False
        self.known = [*self.known[-7:], value]
        self.fresh, self.times = "", 0
        return True


class _Target(msgspec.Struct):
    models: _Track = msgspec.field(default_factory=_Track)
    fingerprints: _Track = msgspec.field(default_factory=_Track)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, _Target])


class _Looker:
    def __init__(self, settings: ServedModel) -> None:
        self._settings = settings
        self._targets: dict[str, _Target] = {}

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        exchange = exam.observation.exchange
        answer = exchange.answer
        if exam.told_later or answer is None or not exchange.served or exchange.rung:
            return ()
        where = exchange.attempts[-1].target
        name = f"{where.provider}/{where.model}/{where.region}"
        target = self._targets.get(name)
        if target is None:
            if len(self._targets) >= _MOST_TARGETS:
                return ()
            target = self._targets[name] = _Target()
        at = exchange.ended_at
        before = target.models.known[-1:]
        if answer.served_model and target.models.see(
            answer.served_model, self._settings.model_answers, same=True
        ):
            # another model has fingerprints of its own
            target.fingerprints = _Track()
            return self._changed(where, f"{before[0]} became {answer.served_model}", at)
        if answer.fingerprint and target.fingerprints.see(
            answer.fingerprint, self._settings.fingerprint_answers, same=False
        ):
            return self._changed(where, f"the system fingerprint became {answer.fingerprint}", at)
        return ()

    def remembered(self) -> bytes:
        return _encoder.encode(self._targets)

    def remember(self, memory: bytes) -> None:
        self._targets = _decoder.decode(memory)

    def _changed(self, where: ProviderIdentifier, what: str, at: float) -> Sequence[Found]:
        name = f"{where.provider}/{where.model}"
        reason = f"{name} in {where.region}: {what}"[:200]
        condition = Condition(
            check=_CHECK,
            subject=f"{name}/{where.region}",
            kind=FailureKind.QUALITY_REGRESSION,
            breached=True,
            clear=False,
            measure="served_model_changes",
            measured=1.0,
            threshold=1.0,
            where=where,
            at=at,
            evidence=f"another model serves: {reason}"[:200],
            until=at + self._settings.told_for_s,
        )
        return condition, Job(kind=GOLDEN_SET, subject=name, reason=reason, at=at)


PLUG: type[DeepPlug] = ServedModel
