"""Tool calls on their way to the client: held until each is whole and policy has decided on them."""

import re
from collections.abc import Callable

from leadline.gateway.recording import Call, Try
from leadline.gateway.translating import telling_of
from leadline.policy.tools import ToolPolicy
from leadline.providers import StreamReader
from leadline.providers._called import MOST_CALLS
from leadline.translation.generate_streaming import GenerateSink
from leadline.translation.refusing import (
    REFUSED,
    Progress,
    Rest,
    refusal,
    refusal_in_stream,
    refused,
)
from leadline.vocabulary import (
    Answer,
    FailureKind,
    Signal,
    ToolAsker,
    ToolDecision,
    UpstreamFailure,
    UpstreamReply,
    Verdict,
)

CHECK = "tool_policy"
LONGEST_HELD = 16 * 1024 * 1024
"""Bytes of a stream that are held back; no model writes calls as long as that."""
_LONGEST_EVIDENCE = 200
_CALLS = re.compile(
    rb'"(?:tool_calls|function_call|tool_use|functionCall|custom_tool_call|computer_call|local_shell_call'
    rb'|shell_call|apply_patch_call)"(?!\s*:\s*(?:null|\[\s*\]))'
)
"""As a whole JSON string: within a text its quotes would be escaped. One too many only holds back more."""
_EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_TOO_LONG = UpstreamFailure(
    kind=FailureKind.PROVIDER_MALFORMED,
    status=200,
    error_code="tool_calls_too_long",
    message=f"the tool calls are longer than {LONGEST_HELD} bytes",
    fail_over=False,
)


def judge(call: Call, answer: Answer, policy: ToolPolicy, now: float) -> tuple[ToolDecision, ...]:
    """One decision for each call, in their order."""
    question, caller = call.question, call.caller
    if caller is None or not answer.tool_calls:
        return ()
    asker = ToolAsker(
        caller=caller,
        model=question.model,
        now=now,
        tools_json=question.tools_json,
        calls=len(answer.tool_calls),
    )
    decisions = [policy.decide(one, asker) for one in answer.tool_calls]
    if len(decisions) >= MOST_CALLS:
        # readers keep no more, and what nobody has read must not pass
        decisions.append(ToolDecision(tool="...", allowed=False, why=f"{MOST_CALLS} calls or more"))
    return tuple(decisions)


def gate_whole(call: Call, tried: Try, now: Callable[[], float]) -> None:
    """Refuse the whole answer when one of its calls is denied: they were planned together."""
    policy, answer, reply = call.active.tool_policy, tried.answer, tried.reply
    if policy is None or answer is None or reply is None or tried.failure is not None:
        return
    denied = _denied(call, answer, policy, now())
    if denied:
        words = words_of(denied)
        body = refusal(reply.body, answer, words, call.surface.protocol, telling_of(call, tried.step.target))
        headers = {name: value for name, value in reply.headers.items() if name != "content-encoding"}
        tried.reply = UpstreamReply(status=reply.status, headers=headers, body=body)
        tried.answer = refused(answer, words)


def gated(call: Call, tried: Try, reader: StreamReader, now: Callable[[], float]) -> StreamReader:
    """`reader`, or one that lets no call pass undecided."""
    policy = call.active.tool_policy
    if policy is None or not call.surface.operation.generates:
        return reader
    return GatedStream(call, tried, reader, policy, now)


def take_signals(call: Call) -> tuple[Signal, ...]:
    """What was denied in the answer of the last try."""
    taken, call.tool_signals = call.tool_signals, ()
    return taken


def told_by_us(answer: Answer) -> bool:
    """Whether the words are the gateway's, which no check is asked about."""
    return answer.finish_raw == REFUSED


def words_of(denied: list[ToolDecision]) -> str:
    """What the client is told: which tool and which policy, never what the policy looks for."""
    told = dict.fromkeys(f"`{one.tool}` by policy `{one.decided_by}`" for one in denied)
    return f"The gateway did not pass on this answer's tool calls. Denied: {', '.join(told)}."


def _denied(call: Call, answer: Answer, policy: ToolPolicy, now: float) -> list[ToolDecision]:
    """Those that have to be refused; the record has them all."""
    denied = [one for one in judge(call, answer, policy, now) if not one.allowed]
    call.tool_signals = tuple([_signal(one, enforcing=policy.enforcing) for one in denied])
    return denied if policy.enforcing else []


def _signal(decision: ToolDecision, *, enforcing: bool) -> Signal:
    said = f"{decision.tool}: {decision.why}"
    if not enforcing:
        said = f"would be denied, {said}"
    return Signal(
        check=CHECK,
        verdict=Verdict.FAIL if enforcing else Verdict.PASS,
        kind=FailureKind.SECURITY_TOOL_DENIED if enforcing else None,
        evidence=said[:_LONGEST_EVIDENCE],
    )


class GatedStream:
    """A `StreamReader` that passes text at once, and from the first sign of a call on nothing until the end,
    when all calls are whole. A stream that breaks off before gives the client none of them.
    """

    def __init__(
        self, call: Call, tried: Try, reader: StreamReader, policy: ToolPolicy, now: Callable[[], float]
    ) -> None:
        self.reader = reader
        self._call = call
        self._policy = policy
        self._now = now
        self._telling = telling_of(call, tried.step.target)
        self._held = bytearray()
        # an array's elements cannot be told apart by their bytes
        self._holding = self._telling.in_array and policy.enforcing
        self._progress = Progress()
        self._too_long = False
        self._given: Answer | None = None

    @property
    def started(self) -> bool:
        return self.reader.started

    @property
    def opened(self) -> bool:
        return self.reader.opened

    @property
    def failure(self) -> UpstreamFailure | None:
        return self.reader.failure or (_TOO_LONG if self._too_long else None)

    @property
    def error_body(self) -> bytes:
        return self.reader.error_body

    @property
    def gave_up(self) -> bool:
        """Also for an error that the upstream told while calls were held: it was held with them."""
        return self.reader.gave_up or (self._holding and self.failure is not None)

    @property
    def sdks_raise(self) -> bool:
        return self.reader.sdks_raise

    def feed(self, chunk: bytes) -> bytes:
        relayed = self.reader.feed(chunk)
        if not self._policy.enforcing:
            return relayed
        if not self._holding and (found := _CALLS.search(relayed)) is not None:
            self._holding = True
            begins = _event_begin(relayed, found.start())
            self._held += relayed[begins:]
            relayed = relayed[:begins]
        elif self._holding:
            self._held += relayed
            relayed = b""
        if len(self._held) > LONGEST_HELD:
            self._held.clear()
            self._too_long = True
        self._progress.add(relayed)
        return relayed

    def finish(self) -> bytes:
        """The calls if all of them are permitted, else the refusal."""
        tail = self.reader.finish()
        outcome = self.reader.outcome()
        if not isinstance(outcome, Answer) or not outcome.complete or self.failure is not None:
            return b"" if self._holding else tail
        denied = _denied(self._call, outcome, self._policy, self._now())
        held = bytes(self._held) + tail
        if not denied:
            return held
        words = words_of(denied)
        self._given = refused(outcome, words)
        rest = Rest(self._progress, held, outcome, words, self._telling)
        return refusal_in_stream(rest, self._call.surface.protocol)

    def closing(self, event: bytes) -> bytes:
        in_array = self._telling.in_array
        return GenerateSink(self._telling).closing(event) if in_array else self.reader.closing(event)

    def outcome(self) -> Answer | UpstreamFailure:
        if self._too_long:
            return _TOO_LONG
        return self._given or self.reader.outcome()


def _event_begin(relayed: bytes, at: int) -> int:
    """Where the event begins that holds this byte."""
    return max((found.end() for found in _EVENT_END.finditer(relayed, 0, at)), default=0)
