"""What people say of answers: their verdicts, and whether what they hand in is their own."""

import hashlib
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import ClassVar

import msgspec

from leadline.checks.bounds import AtLeastOne, Share
from leadline.checks.deep import DeepCheck, DeepExamination, DeepPlug, DeepTools, Found
from leadline.checks.deep._telling import Telling
from leadline.measures.served_text import ServedText, same_words
from leadline.vocabulary import (
    CapturedText,
    Complaint,
    Condition,
    Exchange,
    FailureKind,
    FeedbackNote,
    Signal,
    Verdict,
)

VERDICT, TEXT, MEMORISED = "feedback", "feedback_text", "feedback_memorised"
_CORRUPTION = FailureKind.DATA_GROUND_TRUTH_CORRUPTION
_MOST_ANSWERS = 2000
_MOST_RUNS = 20_000
_MOST_FEATURES = 200
_MOST_RATED = 10_000
_NAME_BYTES = 8
_CLEAR_FACTOR = 0.8
_MEASURES = {
    TEXT: ("model_made_share", "of the last {n} corrections were written by a model"),
    MEMORISED: ("memorised_share", "of the last {n} answers repeat corrections that people handed in"),
}


class Feedback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Turns what people say (`POST /v1/requests/{id}/feedback`) into a verdict that counts in the failure
    rate of its template: `quality.hallucination` for the complaint `wrong`, `quality.coherence`, `.format`,
    `.refusal` and `.empty` for the others, `quality.regression` where nobody says what is bad. One verdict of
    one person on one request counts once, however often it is posted. What is usual is `watch: baseline:
    quality: {feedback: 0.2}`.

    It also guards what is to become ground truth (`data.ground_truth_corruption`): a `corrected` text that is
    the model's own answer unchanged, or that a model wrote here for somebody else (`feedback_text`), and an
    answer that repeats, word for word, corrections handed in before although nobody put them into its
    prompt: what is measured with has been learnt (`feedback_memorised`). Each such text is an event, and a
    share of the last `window` of a feature is a condition. Answers and corrections are remembered as hashes
    of runs of eight words (one in four), never as text.

    Blind spots: what a model wrote elsewhere, or longer ago than some 80,000 words; a paraphrase; a
    correction that adds under some twenty words to the answer, which cannot be told; one of an answer that is
    not among the last 2,000 since the watch began (not applicable); keys with `capture: facts`, whose texts
    are dropped.

    Attributes:
        negative_below: score under which feedback is negative.
        copied_share: of a text's runs, from which on it is taken for a copy.
        window: texts of a feature that are judged together.
        corrupt_share: of the window, from which on it is a breach.
    """

    by_default: ClassVar[bool] = True
    slow: ClassVar[bool] = False

    negative_below: Share = 0.5
    copied_share: Share = 0.6
    window: AtLeastOne = 10
    corrupt_share: Share = 0.3

    def start(self, tools: DeepTools) -> DeepCheck:
        del tools
        return _Hearing(self)


class _Own(msgspec.Struct):
    """What is known of one answer: a digest of its words, and its runs."""

    words: bytes
    runs: frozenset[bytes]


class _Memory(msgspec.Struct, forbid_unknown_fields=True):
    """What outlasts a restart. Single answers do not: there are too many of them."""

    served: bytes
    handed_in: bytes
    rated: list[bytes]
    windows: dict[str, list[bool]]


class _Hearing:
    hears_feedback: ClassVar[bool] = True

    def __init__(self, settings: Feedback) -> None:
        self._settings = settings
        self._served = ServedText(most_runs=_MOST_RUNS)
        self._handed_in = ServedText(most_runs=_MOST_RUNS)
        self._own: OrderedDict[str, _Own] = OrderedDict()
        self._rated: OrderedDict[bytes, None] = OrderedDict()
        self._windows: dict[str, deque[bool]] = {}
        self._telling = Telling()

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        if exam.feedback is not None:
            return self._hear(exam.feedback)
        text = exam.observation.text
        if exam.told_later or text is None or not text.answer:
            return ()
        return self._remember(exam.observation.exchange, text)

    # answers

    def _remember(self, exchange: Exchange, text: CapturedText) -> Sequence[Found]:
        runs = self._served.served(text.answer)
        self._own[exchange.request_id] = _Own(same_words(text.answer), runs)
        while len(self._own) > _MOST_ANSWERS:
            self._own.popitem(last=False)
        if not len(self._handed_in) or not exchange.attempts:
            return ()
        share = self._handed_in.share(text.answer, least=3)
        if share is not None and share >= self._settings.copied_share:
            given = self._handed_in.runs(f"{text.prompt}\n{text.context}")
            share = self._handed_in.share(text.answer, given, least=3)
        learnt = share is not None and share >= self._settings.copied_share
        told = self._window(MEMORISED, exchange, exchange.ended_at, corrupt=learnt)
        if not learnt or share is None:
            return told
        evidence = f"{share:.0%} of the answer stands word for word in corrections that people handed in"
        return (_corrupt(MEMORISED, share, evidence), *told)

    # feedback

    def _hear(self, note: FeedbackNote) -> Sequence[Found]:
        """Who judges first and corrects later, as forms of two steps do, has judged once."""
        exchange = note.exchange
        if not exchange.attempts:
            return ()
        verdict = () if self._was_heard(note, self._is_negative(note)) else self._verdict(note)
        if not note.corrected or self._was_heard(note, same_words(note.corrected).hex()):
            return verdict
        return (*verdict, *self._judged(note, exchange))

    def _is_negative(self, note: FeedbackNote) -> bool | None:
        return None if note.score is None else note.score < self._settings.negative_below

    def _was_heard(self, note: FeedbackNote, what: object) -> bool:
        said = f"{note.request_id}/{note.rater}/{what}"
        name = hashlib.blake2b(said.encode(), digest_size=_NAME_BYTES).digest()
        heard = name in self._rated
        self._rated[name] = None
        while len(self._rated) > _MOST_RATED:
            self._rated.popitem(last=False)
        return heard

    def _verdict(self, note: FeedbackNote) -> Sequence[Signal]:
        if note.score is None:
            return ()
        score = note.score
        if score >= self._settings.negative_below:
            return (Signal(check=VERDICT, verdict=Verdict.PASS, score=score),)
        complaint = note.complaint or Complaint.OTHER
        said = f"somebody judged the answer with {score:g}: {complaint.value.replace('_', ' ')}"
        return (
            Signal(
                check=VERDICT, verdict=Verdict.FAIL, kind=complaint.kind, score=score, evidence=said[:200]
            ),
        )

    def _judged(self, note: FeedbackNote, exchange: Exchange) -> Sequence[Found]:
        own = self._own.get(note.request_id)
        if own is None:
            evidence = "the answer is not remembered, so an edit of it cannot be told from a copy"
            return (Signal(check=TEXT, verdict=Verdict.NOT_APPLICABLE, evidence=evidence),)
        if same_words(note.corrected) == own.words:
            found = _corrupt(TEXT, 1.0, "the correction is the model's own answer, unchanged")
        else:
            share = self._served.share(note.corrected, own.runs, least=3)
            if share is None or share < self._settings.copied_share:
                self._handed_in.served(note.corrected, own.runs)
                found = Signal(check=TEXT, verdict=Verdict.PASS, score=share)
            else:
                evidence = f"{share:.0%} of what the correction adds was written by a model here"
                found = _corrupt(TEXT, share, evidence)
        corrupt = found.verdict is Verdict.FAIL
        return (found, *self._window(TEXT, exchange, note.at, corrupt=corrupt))

    # windows

    def _window(self, check: str, exchange: Exchange, at: float, *, corrupt: bool) -> Sequence[Condition]:
        """Of the last texts of a feature, this one included; nothing while they are too few."""
        settings, feature = self._settings, exchange.caller.feature
        name = f"{check}/{feature}"
        latest = self._windows.get(name)
        if latest is None:
            if len(self._windows) >= _MOST_FEATURES:
                return ()
            latest = self._windows[name] = deque(maxlen=settings.window)
        latest.append(corrupt)
        if len(latest) < settings.window:
            return ()
        share = sum(latest) / len(latest)
        measure, words = _MEASURES[check]
        condition = Condition(
            check=check,
            subject=feature,
            kind=_CORRUPTION,
            breached=share >= settings.corrupt_share,
            clear=share <= _CLEAR_FACTOR * settings.corrupt_share,
            measure=measure,
            measured=share,
            threshold=settings.corrupt_share,
            where=exchange.attempts[-1].target,
            at=at,
            feature=feature,
            tenant=exchange.caller.tenant,
            evidence=f"{share:.0%} {words.format(n=settings.window)}",
        )
        return self._telling.worth(condition)

    # over restarts

    def remembered(self) -> bytes:
        windows = {name: list(latest) for name, latest in self._windows.items()}
        memory = _Memory(self._served.dumped(), self._handed_in.dumped(), list(self._rated), windows)
        return msgspec.msgpack.encode(memory)

    def remember(self, memory: bytes) -> None:
        known = msgspec.msgpack.decode(memory, type=_Memory)
        self._served.load(known.served)
        self._handed_in.load(known.handed_in)
        self._rated = OrderedDict.fromkeys(known.rated)
        length = self._settings.window
        self._windows = {name: deque(latest, maxlen=length) for name, latest in known.windows.items()}


def _corrupt(check: str, share: float, evidence: str) -> Signal:
    return Signal(check=check, verdict=Verdict.FAIL, kind=_CORRUPTION, score=share, evidence=evidence)


PLUG: type[DeepPlug] = Feedback
