"""An answer that is no stream: read whole, judged and put into the client's protocol."""

from leadline.gateway import screening, tool_gate, translating
from leadline.gateway.parts import GatewayParts
from leadline.gateway.recording import Call, Try
from leadline.gateway.silence import silence_of
from leadline.gateway.upstream import UpstreamResponse
from leadline.vocabulary import UpstreamFailure, UpstreamReply


async def read_whole(
    call: Call, tried: Try, response: UpstreamResponse, parts: GatewayParts, limit_bytes: int
) -> None:
    """Sets the answer and the reply of `tried`, or its failure. One that was billed may be both."""
    before = parts.perf()
    body = await response.read(limit_bytes)
    call.waited_s += parts.perf() - before
    if response.failure is not None:
        tried.failure = response.failure
        return
    tried.reply = UpstreamReply(status=response.status, headers=response.headers, body=body)
    outcome = tried.step.target.surface.read_reply(tried.reply)
    if isinstance(outcome, UpstreamFailure):
        tried.failure = outcome
        return
    tried.answer = outcome
    tried.failure = silence_of(call, outcome)
    if tried.failure is not None:
        return
    translating.told_whole(call, tried, outcome)
    tool_gate.gate_whole(call, tried, parts.clock)
    if call.watched is not None:
        await screening.screen_answer(call, tried)
