"""Where the guardrails meet a call: its question before it leaves, its answer before it is given."""

import msgspec

from leadline.gateway import admission, answering, reviews
from leadline.gateway.admission import AdmittedKey
from leadline.gateway.client import Client
from leadline.gateway.guarded_relay import GuardedRelay
from leadline.gateway.guarding.gate import Gate
from leadline.gateway.guarding.refusing import refusal, unread_refusal
from leadline.gateway.guarding.whole import guard_answer, guard_error, guard_question, system_prompt
from leadline.gateway.parts import GatewayParts
from leadline.gateway.recording import Call, HeldBody, Try, words_of
from leadline.gateway.relay import Relay
from leadline.gateway.translating import wants_array
from leadline.policy.guardrails import Decision, blocked_instead, first_kind
from leadline.providers.texts import READERS
from leadline.vocabulary import (
    Answer,
    ClientError,
    FailureKind,
    KeyGrant,
    Operation,
    Signal,
    UpstreamFailure,
    UpstreamReply,
    Verdict,
    Word,
)


def refuse_index(call: Call, grant: KeyGrant) -> ClientError | None:
    """Chunks of a knowledge base that the key is not for do not leave; the attempt is an event."""
    found = admission.refuse_index(call.retrieval, grant)
    if found is not None:
        denied = Signal(
            check="indexes",
            verdict=Verdict.FAIL,
            kind=FailureKind.SECURITY_DATA_EXTRACTION,
            evidence=f"the key {grant.alias} sent chunks of an index that it is not for",
            word=Word.BLOCK,
            asked=True,
        )
        call.asked = (denied,)
    return found


async def screen_question(call: Call, parts: GatewayParts) -> None:
    """Sets `call.watched`, and `call.refusal` when the question must not be put to a model. What policies
    redact is taken out of the request for good: nothing behind this line sees it.
    """
    guarding, key = call.active.guarding, call.key
    if guarding is None or key is None:
        return
    feature, alias = _asked_of(call, key)
    watched = guarding.watched(key.grant, feature, call.active.plan.routes.get(alias))
    if watched is None:
        return
    if call.surface.operation is Operation.PASSTHROUGH:
        if watched.closed_to_unread:
            call.refusal = unread_refusal(watched.closed_to_unread, call.request_id)
        return
    call.watched = watched
    if watched.tokens:
        call.tokens = guarding.tokens(f"{key.grant.tenant}/{key.grant.alias}")
    if not watched.asked:
        return
    found = await guard_question(
        guarding.scanner, watched, call.surface.protocol, call.request.body, call.tokens
    )
    call.asked = found.signals
    if found.decision.stops and not await reviews.permitted(call, found.decision, parts.released):
        call.stopped = found.decision
        call.refusal = refusal(found.decision, "request", call.request_id)
    elif found.body is not None:
        call.request = msgspec.structs.replace(call.request, body=found.body)
        call.question = call.surface.read_question(call.request)


def _asked_of(call: Call, key: AdmittedKey) -> tuple[str, str]:
    """The feature and the model whose policies hold: of a stored response, those that it was made for."""
    if call.made_by is not None:
        return call.made_by.caller.feature, call.made_by.alias
    feature = call.caller.feature if call.caller is not None else key.grant.feature
    return feature, call.question.model


async def screen_answer(call: Call, tried: Try) -> None:
    """Of a whole answer: sets `tried.stopped`, or puts the changed answer in the place of what came."""
    guarding, watched, reply = call.active.guarding, call.watched, tried.reply
    if guarding is None or watched is None or reply is None or not watched.reads_answers:
        return
    if tried.failure is not None or not call.surface.operation.generates:
        return
    scanner, protocol = guarding.scanner, call.surface.protocol
    confided = system_prompt(scanner, watched, protocol, call.request.body)
    found = await guard_answer(scanner, watched, protocol, reply.body, call.tokens, confided)
    tried.guarded = found.signals
    if found.decision.stops:
        tried.stopped = found.decision
        if found.decision.word is Word.HOLD:
            tried.held = _held(call, reply, found.body)
        tried.answer = _without_text(tried.answer)
    elif found.body is not None:
        tried.reply = UpstreamReply(status=reply.status, headers=reply.headers, body=found.body)
        tried.answer = _reworded(call, tried)


async def screen_error(
    call: Call, parts: GatewayParts, tried: Try, failure: UpstreamFailure
) -> "Refused | None":
    """Of an upstream's own error that the client would be told: None = it may be, as it is in `tried` now."""
    guarding, watched, reply = call.active.guarding, call.watched, tried.reply
    if guarding is None or watched is None or reply is None or not watched.reads_answers:
        return None
    if not answering.may_pass_on(reply, failure):
        return None
    found = await guard_error(guarding.scanner, watched, reply.body, call.tokens)
    if found.decision.stops:
        call.signals += blocked_instead(found.signals)  # there is no answer that a person could release
        decision = msgspec.structs.replace(found.decision, word=Word.BLOCK)
        return _stopped(call, parts, decision, refusal(decision, "answer", call.request_id))
    call.signals += found.signals
    if found.body is not None:
        tried.reply = UpstreamReply(status=reply.status, headers=reply.headers, body=found.body)
    return None


def relay(call: Call, client: Client, parts: GatewayParts) -> Relay:
    """What passes a stream on: by way of a gate where a policy looks at answers."""
    guarding, watched = call.active.guarding, call.watched
    if guarding is None or watched is None or not watched.reads_answers:
        return Relay(call, client, parts.perf, parts.clock)
    scanner, protocol = guarding.scanner, call.surface.protocol
    confided = system_prompt(scanner, watched, protocol, call.request.body)
    gate = Gate(scanner, watched, READERS[protocol], call.tokens, confided, in_array=wants_array(call))
    return GuardedRelay(call, client, parts, gate)


class Refused(msgspec.Struct, frozen=True):
    """What the client is told instead of an answer; `headers` name the policy that wants it so."""

    error: ClientError
    headers: dict[str, str] = {}


def refused(call: Call, parts: GatewayParts) -> Refused | None:
    """None = it gets an answer. What a person is to decide about is handed on here."""
    tried = call.tries[-1] if call.tries else None
    if tried is not None and tried.stopped is not None:
        return _stopped(call, parts, tried.stopped, refusal(tried.stopped, "answer", call.request_id))
    if call.refusal is None or call.rung:
        return None
    if call.stopped is None:
        return Refused(call.refusal)
    return _stopped(call, parts, call.stopped, call.refusal)


def _stopped(call: Call, parts: GatewayParts, decision: Decision, error: ClientError) -> Refused:
    headers = {"x-leadline-policy": answering.plain(decision.by)}
    if decision.word is Word.HOLD:
        error, review_id = reviews.hold(call, decision, parts.spool, parts.clock())
        if review_id:
            headers[reviews.HEADER] = review_id
        else:
            call.asked, call.signals = blocked_instead(call.asked), blocked_instead(call.signals)
    return Refused(error, headers)


def falls_back(call: Call) -> FailureKind | None:
    """The kind for which the ladder stands in before any target was asked."""
    stopped = call.stopped
    return first_kind(stopped) if stopped is not None and stopped.word is Word.FALL_BACK else None


def _held(call: Call, reply: UpstreamReply, changed: bytes | None) -> HeldBody:
    told = reply if changed is None else msgspec.structs.replace(reply, body=changed)
    answer = call.surface.read_reply(told)
    said = words_of(answer) if isinstance(answer, Answer) else ""
    return HeldBody(told.body, told.headers.get("content-type", "application/json"), said)


def _without_text(answer: Answer | None) -> Answer | None:
    return None if answer is None else msgspec.structs.replace(answer, text="", tool_calls=())


def _reworded(call: Call, tried: Try) -> Answer | None:
    """The facts of the upstream's answer with the words that the client is given."""
    if tried.answer is None or tried.reply is None:
        return tried.answer
    told = call.surface.read_reply(tried.reply)
    if not isinstance(told, Answer):
        return _without_text(tried.answer)
    return msgspec.structs.replace(tried.answer, text=told.text, tool_calls=told.tool_calls)
