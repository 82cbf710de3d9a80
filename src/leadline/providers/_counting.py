"""What is asked and answered where a client only wants its tokens counted: nothing is generated or billed."""

from collections.abc import Callable, Mapping

import msgspec

from leadline.providers._decoding import Unparsable, decode
from leadline.providers._failures import malformed, unreadable
from leadline.vocabulary import Answer, UpstreamFailure, UpstreamReply

Judge = Callable[[int, Mapping[str, str], bytes], UpstreamFailure]


class _Count(msgspec.Struct, gc=False):
    """Anthropic's and Gemini's word for it; Gemini leaves a zero out of an otherwise full answer."""

    input_tokens: int | float | None = None
    totalTokens: int | float | None = None  # noqa: N815 - the wire's name


_count = msgspec.json.Decoder(_Count)


def read_count(reply: UpstreamReply, judge: Judge) -> Answer | UpstreamFailure:
    if reply.status != 200:
        return judge(reply.status, reply.headers, reply.body)
    try:
        found = decode(_count, reply.body)
    except Unparsable as error:
        return unreadable("a count of tokens", error)
    if found.input_tokens is None and found.totalTokens is None:
        return malformed(200, "The body holds no count of tokens.")
    return Answer()
