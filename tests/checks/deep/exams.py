"""Answers for deep checks to look at, and tools that need no network."""

from tests.watch.records import NOON, observation

from leadline.checks.deep import Asked, DeepExamination, DeepTools
from leadline.measures.embeddings import embed
from leadline.vocabulary import Answer, CapturedText, FinishReason, Observation


def exam(answer="", *, prompt="", context="", request_id="r1", at=NOON, told=None, **exchange):
    """`told` = fields of the answer's facts, such as `served_model`."""
    facts = Answer(finish_reason=FinishReason.STOP, **(told or {}))
    seen = observation(request_id, at, **({"answer": facts} | exchange))
    text = CapturedText(prompt=prompt, context=context, answer=answer)
    return DeepExamination(observation=Observation(exchange=seen.exchange, text=text))


class Model:
    """Answers questions one after another with `replies`, the last one for good."""

    def __init__(self, *replies, cost_usd=0.01):
        self.replies, self.cost_usd, self.asked = list(replies), cost_usd, []

    async def __call__(self, asking):
        self.asked.append(asking)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return Asked(text=reply, cost_usd=self.cost_usd)


def tools(model=None, files=None, clock=lambda: NOON):
    return DeepTools(
        embed=embed, ask=model or Model("{}"), clock=clock, read_file=lambda path: (files or {})[path]
    )
