"""What the client is told: the headers of an answer, and errors in its own protocol's shape."""

import functools
import math
from collections.abc import Iterable, Mapping

import msgspec

from leadline.gateway.client import Client, Headers
from leadline.gateway.recording import Call, Try
from leadline.providers import Surface
from leadline.translation import translate_error
from leadline.vocabulary import (
    ClientError,
    FailureKind,
    SelectionReason,
    Signal,
    UpstreamFailure,
    UpstreamReply,
    Verdict,
    Word,
)

NOT_PASSED_ON = frozenset(
    {
        # hop by hop (RFC 9110 7.6.1), or set anew by this hop
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade", "content-length", "date", "server",
        # between the upstream's own front end and us only
        "set-cookie", "alt-svc", "strict-transport-security", "cf-ray", "cf-cache-status", "nel", "report-to",
    }
)  # fmt: skip
OURS = "x-leadline-"
SECRET_MISSING = "secret_missing"  # noqa: S105 - a code
"""The error code of an attempt that never left, since the reference of the target's key points nowhere."""


_ON_RETRYING = ("x-should-retry", "retry-after", "retry-after-ms")
_USUAL_PAUSE_S = 5.0
_DOES_NOT_PASS = frozenset(
    {FailureKind.PROVIDER_QUOTA, FailureKind.PROVIDER_AUTH, FailureKind.PROVIDER_MODEL_GONE}
)


class _ErrorBody(msgspec.Struct):
    """All three protocols wrap an error alike: an object with `error`, or a list of one such object."""

    error: msgspec.Raw


_error_body: msgspec.json.Decoder[_ErrorBody | list[_ErrorBody]] = msgspec.json.Decoder(
    _ErrorBody | list[_ErrorBody]
)


def standing_in_headers(call: Call) -> Headers:
    """Of an answer that a rung gave by itself."""
    headers = {
        "x-leadline-request-id": call.request_id,
        "x-leadline-selection": str(SelectionReason.FALLBACK),
    }
    if call.rung_cause is not None:
        headers |= _cause(call.rung_cause.kind, call.rung_cause.number)
    headers |= _rung(call)
    headers["x-leadline-attempts"] = str(len(call.tries))
    headers["x-leadline-overhead-ms"] = f"{call.overhead_ms or 0.0:.3f}"
    return headers


def _cause(kind: FailureKind, attempt: int | None) -> Headers:
    return {
        "x-leadline-selection-cause": kind.value,
        "x-leadline-selection-cause-attempt": str(attempt or 0),
    }


def _rung(call: Call) -> Headers:
    headers = {"x-leadline-fallback-rung": call.rung} if call.rung else {}
    if call.simulation is not None:
        headers["x-leadline-simulated"] = call.simulation.kind.value
    return headers


def answer_headers(call: Call, tried: Try, upstream: Mapping[str, str]) -> Headers:
    """The upstream's headers and what is known at the first byte of the answer."""
    target = tried.step.target
    headers = _passed_on(upstream)
    headers["x-leadline-request-id"] = call.request_id
    headers |= target.headers
    if target.direction is not None:
        headers["x-leadline-translated"] = str(target.direction)
    if tried.dropped:
        headers["x-leadline-dropped"] = plain(",".join(dict.fromkeys(tried.dropped)))
    if call.skipped:
        headers["x-leadline-skipped"] = plain("; ".join(call.skipped))
    selection = tried.step.selection
    headers["x-leadline-selection"] = selection.reason
    if selection.caused_by is not None:
        headers |= _cause(selection.caused_by, selection.caused_by_attempt)
    if call.rung or call.simulation is not None:
        headers |= _rung(call)
    headers["x-leadline-attempts"] = str(len(call.tries))
    return headers


def whole_answer_headers(call: Call, tried: Try, upstream: Mapping[str, str]) -> Headers:
    """The same for an answer that is complete before its head leaves: cost, overhead and checks too."""
    headers = answer_headers(call, tried, upstream)
    costs = [t.cost_usd for t in call.tries if t.cost_usd is not None]
    if costs:
        headers["x-leadline-cost-usd"] = f"{sum(costs):.8f}"
    headers["x-leadline-overhead-ms"] = f"{call.overhead_ms or 0.0:.3f}"
    if told := verdicts(call.signals):
        headers["x-leadline-checks"] = told
    if call.watched is not None:
        headers |= _policies(call)
    return headers


def _policies(call: Call) -> Headers:
    """`support@3=redact`: which policies found something and what they did, never what it was."""
    found: dict[str, str] = {}
    for signal in (*call.asked, *call.signals):
        if signal.word is not None and found.get(signal.policy) != Word.REDACT:
            found[signal.policy] = signal.word
    told = ",".join([f"{policy}={word}" for policy, word in found.items()])
    return {"x-leadline-policies": plain(told)} if told else {}


def verdicts(signals: Iterable[Signal]) -> str:
    """For example `json_schema=pass,entities=fail`. Guards are not told: it would teach how to pass."""
    told = [signal for signal in signals if not signal.policy]
    return _verdicts(tuple([one.check for one in told]), tuple([one.verdict for one in told]))


@functools.lru_cache(maxsize=256)
def _verdicts(checks: tuple[str, ...], found: tuple[Verdict, ...]) -> str:
    """The same few again and again: most answers pass the checks that apply to them."""
    return plain(",".join(map("=".join, zip(checks, found, strict=True))))


def plain(text: str) -> str:
    """ASCII, for a header."""
    return text if text.isascii() else text.encode("ascii", "replace").decode()


def _passed_on(upstream: Mapping[str, str]) -> Headers:
    return {
        name: value
        for name, value in upstream.items()
        if name not in NOT_PASSED_ON and not name.startswith(OURS)
    }


async def refuse(client: Client, surface: Surface, error: ClientError) -> None:
    """Our own error, before any attempt."""
    status, headers, body = own_error(surface, error)
    await client.reply(status, headers, body)


async def json(client: Client, status: int, content: object) -> None:
    """What is told of the gateway itself."""
    await client.reply(status, {"content-type": "application/json"}, msgspec.json.encode(content))


def own_error(surface: Surface, error: ClientError) -> tuple[int, Headers, bytes]:
    reply = surface.error_reply(error)
    headers = _passed_on(reply.headers)
    if error.request_id:
        headers["x-leadline-request-id"] = error.request_id
    return reply.status, headers, reply.body


async def give_up(call: Call, client: Client, tried: Try, failure: UpstreamFailure) -> None:
    """No target answered: the upstream's own error where it speaks the client's protocol, else ours.

    SDKs retry by status alone, on top of our retries, unless `x-should-retry` says no.
    """
    if tried.reply is not None and may_pass_on(tried.reply, failure):
        reply, direction = tried.reply, tried.step.target.direction
        call.status = failure.implied_status or reply.status
        if direction is not None:
            told = translate_error(reply, failure, direction.client, call.request_id)
            reply = call.surface.error_reply(told)
            call.status = reply.status
        body = reply.body
        headers = answer_headers(call, tried, reply.headers)
    else:
        reply = call.surface.error_reply(upstream_error(call, tried, failure))
        call.status, body = reply.status, reply.body
        headers = answer_headers(call, tried, reply.headers)
    for name in _ON_RETRYING:
        headers.pop(name, None)
    headers["x-should-retry"] = "false"
    if (wait_s := retry_after_s(failure)) is not None:
        headers["retry-after"] = str(math.ceil(wait_s))
    headers["x-leadline-overhead-ms"] = f"{call.overhead_ms or 0.0:.3f}"
    await client.reply(call.status, headers, body)


def retry_after_s(failure: UpstreamFailure) -> float | None:
    """When the client may ask again: what the upstream said, else a pause for what passes by itself. Money,
    keys and models do not, and neither does the caller's own mistake.
    """
    if failure.kind is None or failure.retry_after_s is not None:
        return failure.retry_after_s
    return None if failure.kind in _DOES_NOT_PASS else _USUAL_PAUSE_S


def may_pass_on(reply: UpstreamReply, failure: UpstreamFailure) -> bool:
    """A refusal of *our* key stays here: it shows part of the key, and the client can do nothing about it."""
    status = failure.implied_status or reply.status
    if status < 400 or failure.kind is FailureKind.PROVIDER_AUTH:
        return False
    try:
        _error_body.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def upstream_error(call: Call, tried: Try, failure: UpstreamFailure) -> ClientError:
    """Our words for an upstream's failure: 504 when it was too slow, its own status when it refused what the
    caller asked, 502 for the rest.
    """
    provider = tried.step.target.target.identity.provider
    tries = f"{len(call.tries)} attempt{'s' if len(call.tries) > 1 else ''}"
    timed_out = failure.kind is FailureKind.PROVIDER_TIMEOUT
    what = _WHAT.get(failure.kind, "gave nothing usable") if failure.kind else "refused the request"
    if failure.error_code == SECRET_MISSING:
        what = "was not asked, for the gateway has no key for it"
    refused = failure.implied_status or failure.status or 0
    if failure.kind is None and 400 <= refused < 500:
        return ClientError(
            status=refused,
            code="upstream_refused",
            message=f"{provider} refused the request with HTTP {refused} and said nothing readable. Change "
            f"it before it is sent again; GET /v1/requests/{call.request_id} tells more.",
            request_id=call.request_id,
        )
    return ClientError(
        status=504 if timed_out else 502,
        code="upstream_timeout" if timed_out else "upstream_failed",
        message=f"{provider} {what} ({failure.kind or 'request refused'}), after {tries}. "
        f"Try again later; GET /v1/requests/{call.request_id} tells more.",
        request_id=call.request_id,
        retry_after_s=retry_after_s(failure),
    )


_WHAT = {
    FailureKind.PROVIDER_CONNECTION: "could not be reached",
    FailureKind.PROVIDER_EGRESS: "was not asked, since all connections of the gateway to it were in use",
    FailureKind.PROVIDER_DNS: "could not be found by name",
    FailureKind.PROVIDER_TLS: "could not be reached safely",
    FailureKind.PROVIDER_TIMEOUT: "did not answer in time",
    FailureKind.PROVIDER_AUTH: "refused the gateway's own key",
    FailureKind.PROVIDER_TRUNCATED: "broke off its answer",
    FailureKind.PROVIDER_MALFORMED: "sent something that is not its protocol",
    FailureKind.QUALITY_EMPTY: "billed an answer that holds nothing",
}
