"""An answer that was billed and holds nothing is an error, unless there is room for silence."""

from leadline.gateway.recording import Call
from leadline.providers._silence import may_be_silent
from leadline.vocabulary import Answer, FailureKind, Operation, UpstreamFailure

_PASS = "pass"  # noqa: S105 - a word of the configuration

_ANSWERS = (Operation.CHAT, Operation.GENERATE_CONTENT)
"""A text that is to be completed may be complete: an editor that asks for the missing middle of a line often
gets nothing."""


def silence_of(call: Call, outcome: Answer | UpstreamFailure) -> UpstreamFailure | None:
    """Why an answer is none, for all that it claims; None = it says something, or need not.

    The next target comes first, for the same one bills for each try. Where there is no other it is asked
    again: with the next draw most models speak.
    """
    if isinstance(outcome, UpstreamFailure) or not outcome.is_silent or outcome.usage is None:
        return None
    route = call.active.plan.routes.get(call.question.model)
    passes = route is not None and route.empty_answers == _PASS
    if passes or call.surface.operation not in _ANSWERS or may_be_silent(call.request.body):
        return None
    billed, thought = outcome.usage.output_tokens, outcome.usage.reasoning_tokens
    return UpstreamFailure(
        kind=FailureKind.QUALITY_EMPTY,
        status=200,
        error_code="empty_answer",
        message=f"nothing was said, and {billed} output tokens were billed, {thought} of them for reasoning; "
        f"it ended with {outcome.finish_raw}",
        retry_same=route is not None and len(route.targets) == 1,
        fail_over=True,
    )
