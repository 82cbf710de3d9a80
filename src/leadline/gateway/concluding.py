"""The end of a call whose answer has not begun: a whole answer, a rung's words, an error, a refusal."""

from collections.abc import Mapping

import msgspec

from leadline.gateway import admission, answering, falling, screening
from leadline.gateway.client import Client
from leadline.gateway.parts import GatewayParts
from leadline.gateway.recording import Call
from leadline.gateway.translating import told_of
from leadline.vocabulary import ClientError

_NONE: Mapping[str, str] = {}


async def conclude(call: Call, client: Client, parts: GatewayParts) -> None:
    """Send a whole answer or the last failure; a stream has been sent already."""
    if client.begun:
        return
    if call.said is not None:
        await falling.say(call, client, call.said, parts.clock())
    elif (refused := screening.refused(call, parts)) is not None:
        await refuse_call(call, client, refused.error, refused.headers)
    elif not call.tries:
        await refuse_call(call, client, admission.refuse_translation(call.skipped))
    else:
        await _tell(call, client, parts)


async def refuse_call(
    call: Call, client: Client, refusal: ClientError, more: Mapping[str, str] = _NONE
) -> None:
    """Our own error, with `more` headers."""
    refusal = msgspec.structs.replace(refusal, request_id=call.request_id)
    call.status, headers, body = answering.own_error(call.surface, refusal)
    headers |= more
    await client.reply(call.status, headers, body)


async def _tell(call: Call, client: Client, parts: GatewayParts) -> None:
    tried = call.tries[-1]
    if tried.failure is not None:
        told, failure = told_of(call.tries, tried.failure)
        if (refused := await screening.screen_error(call, parts, told, failure)) is not None:
            await refuse_call(call, client, refused.error, refused.headers)
        else:
            await answering.give_up(call, client, told, failure)
    elif tried.reply is not None:
        call.status = tried.reply.status
        headers = answering.whole_answer_headers(call, tried, tried.reply.headers)
        await client.reply(call.status, headers, tried.reply.body)
