"""What is known of one request while it runs, and the Observation that it becomes."""

import msgspec

from leadline.gateway.activation import ActivePlan
from leadline.gateway.admission import AdmittedKey
from leadline.gateway.attribution import body_digest
from leadline.gateway.deadline import NO_DEADLINE, Deadline
from leadline.gateway.guarding.ready import Watched
from leadline.gateway.ladders import Ladders, Simulation
from leadline.gateway.routing import Avoided, Cause, ReadyRoute, Step
from leadline.gateway.upstream import UpstreamResponse
from leadline.policy.guardrails import Decision
from leadline.policy.redaction import TokenMaker
from leadline.providers import ClientRequest, Surface
from leadline.translation import Translated
from leadline.vocabulary import (
    Answer,
    Attempt,
    Caller,
    CapturedText,
    ClientError,
    Exchange,
    FailureCategory,
    FailureKind,
    Observation,
    Origin,
    Question,
    Retrieval,
    Selection,
    Signal,
    Timings,
    ToolCall,
    UpstreamFailure,
    UpstreamReply,
    Verdict,
    Word,
)

CLIENT_LEFT = 499
"""nginx's status for a client that closed its connection before it had the answer."""
REQUEST_ID_HEADERS = ("x-request-id", "request-id", "apim-request-id")
FILTERED = {
    "content_filter": FailureKind.QUALITY_REFUSAL,
    "content_policy_violation": FailureKind.QUALITY_REFUSAL,
    "jailbreak_detected": FailureKind.SECURITY_JAILBREAK,
    "indirect_attack_detected": FailureKind.SECURITY_INDIRECT_INJECTION,
}
"""What the codes of a provider's filter mean. What one provider stopped is not put to another."""

_SEEN_BY = {FailureKind.QUALITY_EMPTY: "empty_answer"}
"""The inline check that finds the same in an answer that was given: both belong in one rate."""
_LONGEST_EVIDENCE = 200

UNREAD = Question(model="")


class HeldBody(msgspec.Struct, frozen=True):
    """An answer as the client would have had it, and what it says."""

    body: bytes
    content_type: str
    text: str


class Try(msgspec.Struct, kw_only=True):
    """One attempt while it runs. `reply` is a whole response, kept to be passed on."""

    number: int
    step: Step
    started_at: float
    ended_at: float | None = None
    response: UpstreamResponse | None = None
    timings: Timings | None = None
    reply: UpstreamReply | None = None
    answer: Answer | None = None
    failure: UpstreamFailure | None = None
    cost_usd: float | None = None
    dropped: tuple[str, ...] = ()
    """What a translation left out, as the client calls it."""
    cost_estimated: bool = False
    guarded: tuple[Signal, ...] = ()
    """What the guardrails found in the answer."""
    stopped: Decision | None = None
    """Why the answer is not given, although it came."""
    held: HeldBody | None = None
    """The answer itself, where a person is to decide about it."""


class Passage(msgspec.Struct, frozen=True):
    """Where a call goes and what it is called there. `response_id` names a response that is kept there."""

    route: ReadyRoute
    path: str
    response_id: str = ""


class Call(msgspec.Struct, kw_only=True):
    """One request while it runs. `started` is of the steady clock, `started_at` Unix seconds.

    `waited_s` is the time that was not ours: waiting for the client's body, for upstreams and between tries.
    """

    request_id: str
    request: ClientRequest
    surface: Surface
    active: ActivePlan
    started_at: float
    started: float
    key: AdmittedKey | None = None
    entered: bool = False
    question: Question = UNREAD
    caller: Caller | None = None
    template: str = "other"
    passage: Passage | None = None
    made_by: Exchange | None = None
    """The request that made the stored response which this one is about."""
    tries: list[Try] = []
    waited_s: float = 0.0
    overhead_ms: float | None = None
    first_chunk_ms: float | None = None
    counted_input_tokens: int | None = None
    counted_script: str = ""
    signals: tuple[Signal, ...] = ()
    retrieval: Retrieval | None = None
    client_retry_count: int = 0
    status: int = CLIENT_LEFT
    translated: dict[str, Translated] = {}
    skipped: list[str] = []
    """Targets that this request cannot be put to, each with the reason."""
    ladders: tuple[Ladders, ...] = ()
    rung: str = ""
    said: str | None = None
    """The answer of a rung that spoke itself."""
    rung_cause: Cause | None = None
    withheld: list[Signal] = []
    """Verdicts on answers that were not given."""
    simulation: Simulation | None = None
    tool_signals: tuple[Signal, ...] = ()
    """What tool policy denied in the answer of the last try."""
    watched: Watched | None = None
    tokens: TokenMaker | None = None
    asked: tuple[Signal, ...] = ()
    """What the guardrails found in the question."""
    stopped: Decision | None = None
    """Why the question is not put to a model."""
    refusal: ClientError | None = None
    """What the client is told then."""
    deadline: Deadline = NO_DEADLINE


def short_circuited(avoided: Avoided, now: float) -> Try:
    """The row that a call leaves which its breaker held back: an outage must not hide behind it."""
    kind = FailureKind.PROVIDER_SHORT_CIRCUITED
    return Try(
        number=avoided.number,
        step=Step(number=avoided.number, target=avoided.target, selection=avoided.selection),
        started_at=now,
        ended_at=now,
        failure=UpstreamFailure(kind=kind, message=avoided.selection.detail),
    )


def observation(call: Call, ended_at: float, most_chars: int) -> Observation | None:
    """The record of a request whose key was good; None for one without."""
    if call.key is None:
        return None
    return Observation(
        exchange=_exchange(call, call.key, ended_at),
        signals=(*call.asked, *call.withheld, *call.signals, *_turned_away(call), *_unusable(call)),
        text=_captured(call, call.key.grant.capture, most_chars),
    )


def _turned_away(call: Call) -> list[Signal]:
    """Questions that a provider's filter answered with an error: as telling as a refusal with status 200."""
    return [
        Signal(
            check="refusal",
            verdict=Verdict.FAIL,
            kind=(kind := FILTERED[failure.error_code]),
            evidence=f"the provider stopped the prompt: {failure.error_code}",
            attempt=tried.number,
            word=None if kind is FailureKind.QUALITY_REFUSAL else Word.BLOCK,
            asked=True,
        )
        for tried in call.tries
        if (failure := tried.failure) is not None and failure.kind is None and failure.error_code in FILTERED
    ]


def _unusable(call: Call) -> list[Signal]:
    """Answers that came and could not be given: they say something of the model, so they are verdicts."""
    return [
        Signal(
            check=_SEEN_BY.get(failure.kind, "protocol"),
            verdict=Verdict.FAIL,
            kind=failure.kind,
            evidence=failure.message[:_LONGEST_EVIDENCE],
            attempt=tried.number,
        )
        for tried in call.tries
        if (failure := tried.failure) is not None
        and failure.kind is not None
        and failure.kind.category is not FailureCategory.PROVIDER
    ]


def _exchange(call: Call, key: AdmittedKey, ended_at: float) -> Exchange:
    question = call.question
    return Exchange(
        request_id=call.request_id,
        started_at=call.started_at,
        ended_at=ended_at,
        protocol=call.surface.protocol,
        operation=call.surface.operation,
        alias=_alias(call),
        streaming=question.streaming,
        caller=call.caller or key.caller,
        status=call.status,
        attempts=tuple([_attempt(call, tried, ended_at) for tried in call.tries]),
        origin=Origin.SIMULATED if call.simulation is not None else key.origin,
        template=call.template,
        answer=_facts(_answer(call)),
        counted_input_tokens=call.counted_input_tokens,
        counted_script=call.counted_script,
        output_limit=question.output_limit,
        overhead_ms=call.overhead_ms,
        first_chunk_ms=call.first_chunk_ms,
        retrieval_score=call.retrieval.score if call.retrieval is not None else None,
        retrieval=call.retrieval,
        client_retry_count=call.client_retry_count,
        body_digest=body_digest(call.request.body),
        plan_generation=call.active.plan.generation,
        rung=call.rung,
        wasted_usd=wasted_usd(call),
    )


def wasted_usd(call: Call) -> float | None:
    """What the tries cost whose answer nobody was given; None = nothing that we know of."""
    given = call.tries[-1] if call.tries and call.said is None and call.tries[-1].failure is None else None
    costs = [tried.cost_usd for tried in call.tries if tried is not given and tried.cost_usd]
    return sum(costs) if costs else None


def _alias(call: Call) -> str:
    """The alias as asked for; a name that is no alias is a client's invention and not kept."""
    return call.question.model if call.question.model in call.active.plan.routes else ""


def _attempt(call: Call, tried: Try, ended_at: float) -> Attempt:
    response = tried.response
    answer = tried.answer
    timings = tried.timings or (response.timings() if response is not None else Timings())
    return Attempt(
        number=tried.number,
        target=tried.step.target.target.identity,
        selection=_selection(call, tried),
        started_at=tried.started_at,
        ended_at=tried.ended_at or ended_at,
        status=response.status if response is not None else 0,
        failure=tried.failure,
        timings=timings,
        response_bytes=response.received_bytes if response is not None else 0,
        usage=answer.usage if answer is not None else None,
        cost_usd=tried.cost_usd,
        cost_estimated=tried.cost_estimated,
        served_model=answer.served_model if answer is not None else None,
        upstream_request_id=_upstream_id(response, answer),
        cancelled=call.status == CLIENT_LEFT and tried.ended_at is None,
    )


def _selection(call: Call, tried: Try) -> Selection:
    """Why this target, and what became of the request on its way there."""
    selection, direction = tried.step.selection, tried.step.target.direction
    notes = [selection.detail] if selection.detail else []
    if direction is not None:
        notes.append(f"translated {direction}")
    if tried.dropped:
        notes.append(f"without {', '.join(dict.fromkeys(tried.dropped))}")
    if call.skipped and tried is call.tries[-1]:
        notes += call.skipped
    if len(notes) == 1 and notes[0] == selection.detail:
        return selection
    return msgspec.structs.replace(selection, detail="; ".join(notes)) if notes else selection


def _upstream_id(response: UpstreamResponse | None, answer: Answer | None) -> str | None:
    if response is not None:
        for name in REQUEST_ID_HEADERS:
            if value := response.headers.get(name):
                return value
    return answer.response_id if answer is not None else None


def _answer(call: Call) -> Answer | None:
    return call.tries[-1].answer if call.tries else None


def _facts(answer: Answer | None) -> Answer | None:
    """The answer without a word of its text: text travels apart, and only when the key allows it."""
    if answer is None:
        return None
    return msgspec.structs.replace(
        answer, text="", tool_calls=tuple([ToolCall(call.name, "") for call in answer.tool_calls])
    )


def _captured(call: Call, capture: str, most_chars: int) -> CapturedText | None:
    if capture == "facts" or call.question is UNREAD or call.stopped is not None:
        return None
    return CapturedText(
        prompt=call.question.prompt[:most_chars],
        context=call.question.context[:most_chars],
        answer=words_of(_answer(call))[:most_chars],
        keep=capture == "keep",
    )


def words_of(answer: Answer | None) -> str:
    """What the model said; where it said nothing but called tools, the calls as it wrote them."""
    if answer is None:
        return ""
    return answer.text or "\n".join(f"{call.name}({call.arguments})" for call in answer.tool_calls)
