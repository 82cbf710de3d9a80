"""Answers that were billed and hold nothing, as the providers send them."""

from tests.gateway.conftest import openai_answer
from tests.gateway.test_relay import sse

ROLE = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}


def nothing(finish="stop", tokens=5, **message):
    said = {"role": "assistant", "content": None, **message}
    return openai_answer(
        choices=[{"index": 0, "message": said, "finish_reason": finish}],
        usage={"prompt_tokens": 12, "completion_tokens": tokens, "total_tokens": 12 + tokens},
    )


def silent_stream(*deltas, finish="stop", tokens=5):
    """As OpenAI sends it: the role, what else there is, the end, the usage and the marker."""
    chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
    told = [ROLE, *({"index": 0, "delta": one, "finish_reason": None} for one in deltas)]
    told.append({"index": 0, "delta": {}, "finish_reason": finish})
    usage = {"prompt_tokens": 12, "completion_tokens": tokens, "total_tokens": 12 + tokens}
    events = [*({**chunk, "choices": [one]} for one in told), {**chunk, "choices": [], "usage": usage}]
    return [*sse(*events), b"data: [DONE]\n\n"]


def claude_stream(*blocks):
    message: dict[str, object] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-5",
        "content": [],
    }
    message |= {"stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 9, "output_tokens": 1}}
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}}
    events = [{"type": "message_start", "message": message}, {"type": "ping"}, *blocks, end]
    return sse(*events, {"type": "message_stop"}, named=True)
