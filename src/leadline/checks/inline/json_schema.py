"""The answer is the JSON that the caller asked for, and tool calls carry readable arguments."""

import msgspec

from leadline.checks.bounds import AtLeastOne
from leadline.checks.inline import Examination, InlineCheck
from leadline.checks.inline._schemas import UnusableSchema, compiled
from leadline.vocabulary import Answer, FailureKind, FinishReason, Signal, Verdict

_CHECK = "json_schema"
_ENDED_WELL = frozenset({FinishReason.STOP, FinishReason.TOOL_CALLS, None})


class JsonSchema(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.format` when an answer breaks the caller's own JSON Schema or JSON mode, when the
    arguments of a tool call are not JSON, or when the provider itself gives up on a call that its model wrote
    wrongly (Gemini MALFORMED_FUNCTION_CALL and its like). `score` is 1 for a valid answer, else 0.

    Applies to complete answers only: a refusal, a declared limit or a cut stream has its own kind. Empty
    tool arguments are read as `{}`. Evidence is the place and the rule that broke, never content: keys that
    the schema does not name show as `*`.

    Blind spots: values that fit the schema and are wrong; `format` keywords, which by default only
    annotate; tool arguments against the tool's own schema. A schema that is too large, is invalid, refers
    to another document, uses look-around in patterns or branches too widely is `skipped` with the reason.

    Cost: 2 us for a small schema; each schema is compiled once (0.1 ms) and kept among the last 256.

    Attributes:
        largest_schema: bytes; larger schemas are skipped.
        longest_answer: characters; longer answers are skipped.
    """

    largest_schema: AtLeastOne = 65_536
    longest_answer: AtLeastOne = 262_144

    def inspect(self, exam: Examination) -> Signal:
        question, answer = exam.question, exam.answer
        if answer.finish_reason is FinishReason.MALFORMED:
            return _failed(f"the provider itself calls the answer malformed: {answer.finish_raw}")
        if answer.refused or not answer.complete or answer.finish_reason not in _ENDED_WELL:
            return _signal(Verdict.NOT_APPLICABLE)
        if broken := _broken_arguments(answer):
            return broken
        if answer.tool_calls and not answer.text.strip():
            return _passed()
        if question.schema_json is None and not question.json_mode:
            return _passed() if answer.tool_calls else _signal(Verdict.NOT_APPLICABLE)
        return self._judge_text(answer, question.schema_json)

    def _judge_text(self, answer: Answer, schema_json: bytes | None) -> Signal:
        if len(answer.text) < answer.text_chars or len(answer.text) > self.longest_answer:
            return _skipped(
                f"the answer is longer than {min(len(answer.text), self.longest_answer)} characters"
            )
        if schema_json is not None and len(schema_json) > self.largest_schema:
            return _skipped(f"the schema is larger than {self.largest_schema} bytes")
        try:
            instance = msgspec.json.decode(answer.text)
        except (ValueError, RecursionError):
            return _failed("$: not JSON")
        return _passed() if schema_json is None else _validated(instance, schema_json)


def _validated(instance: object, schema_json: bytes) -> Signal:
    validator = compiled(schema_json)
    if isinstance(validator, UnusableSchema):
        return _skipped(str(validator))
    if validator.is_valid(instance):
        return _passed()
    broken = validator.broken_rule(instance)
    if broken is None:
        return _failed("$: breaks the schema somewhere")
    place, rule = broken
    return _failed(f"{_place(place, schema_json)}: {rule}")


def _place(path: list[str | int], schema_json: bytes) -> str:
    """`$.items[2].price`; a key that the schema does not name may be content."""
    place = "$"
    for step in path:
        if isinstance(step, int):
            place += f"[{step}]"
        else:
            known = msgspec.json.encode(step) in schema_json
            place += f".{step}" if known else ".*"
    return place


def _broken_arguments(answer: Answer) -> Signal | None:
    for number, call in enumerate(answer.tool_calls):
        if not call.arguments.strip():
            continue
        try:
            msgspec.json.decode(call.arguments)
        except (ValueError, RecursionError):
            return _failed(f"tool_calls[{number}].arguments: not JSON")
    return None


def _signal(verdict: Verdict) -> Signal:
    return Signal(check=_CHECK, verdict=verdict)


def _passed() -> Signal:
    return Signal(check=_CHECK, verdict=Verdict.PASS, score=1.0)


def _failed(evidence: str) -> Signal:
    return Signal(
        check=_CHECK,
        verdict=Verdict.FAIL,
        kind=FailureKind.QUALITY_FORMAT,
        score=0.0,
        evidence=evidence[:200],
    )


def _skipped(reason: str) -> Signal:
    return Signal(check=_CHECK, verdict=Verdict.SKIPPED, evidence=reason[:200])


PLUG: type[InlineCheck] = JsonSchema
