"""What a simulated provider answers: words of the question itself, so every figure is right; or not."""

import json
import re

import msgspec

from leadline.measures.tokens import count_question, count_text
from leadline.simulation import rules
from leadline.simulation.chance import Chance
from leadline.simulation.documents import INJECTION
from leadline.simulation.schedule import Misbehaviour
from leadline.vocabulary import FinishReason, Question

_BILLED_PER_COUNTED = {"openai": 1.0, "anthropic": 1.18, "gemini": 1.06}
_HIDDEN_TOKENS = 640
_RUNAWAY_TOKENS = 1024
_SENTENCES_OF_A_SUMMARY = 3
_SENTENCE = re.compile(r"[^.!?\n][^\n]*?(?:[.!?](?=\s)|[.!?]?$)", re.MULTILINE)
_FIGURE = re.compile(r"(?<![\w.,-])\d[\d.,]*\d(?![\w-])")
_FIELD = re.compile(r"^\s*([A-Za-z][\w ]{0,40}?)\s*[:=]\s*(.+?)\s*$", re.MULTILINE)
_WORD = re.compile(r"[a-z]{4,}")
_OPENINGS = ("In short: ", "Here is what matters. ", "To sum up: ", "")


class SimulatedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that a dialect renders. `answer_id` is bare; each dialect puts its own prefix before it."""

    text: str
    model: str
    answer_id: str
    created: int
    input_tokens: int
    output_tokens: int
    finish_reason: FinishReason = FinishReason.STOP


def answer(
    question: Question,
    provider_type: str,
    chance: Chance,
    created: int,
    misbehaviour: Misbehaviour | None = None,
) -> SimulatedAnswer:
    """The same question, chance and misbehaviour give the same answer, billed as the provider would."""
    hijacked = INJECTION in question.prompt
    text = _hijacked(question) if hijacked else _text(question, chance)
    if misbehaviour is Misbehaviour.FABRICATED_FIGURE:
        text = fabricated(text, _source(question), chance)
    if misbehaviour is Misbehaviour.BROKEN_JSON and question.schema_json is not None:
        text = text[: len(text) * 2 // 3]
    if misbehaviour is Misbehaviour.TOKEN_BLOWUP:
        text = _endless(text, question)
    text, finish_reason = _within_limit(text, question)
    counted = count_question(question, provider_type, question.model) or count_text(
        question.prompt, question.model
    )
    billed = counted * _BILLED_PER_COUNTED.get(provider_type, 1.0)
    return SimulatedAnswer(
        text=text,
        model=question.model,
        answer_id=f"{chance.between(0, 16**12):012x}",
        created=created,
        input_tokens=round(billed) + (_HIDDEN_TOKENS if hijacked else 0),
        output_tokens=count_text(text, question.model),
        finish_reason=finish_reason,
    )


def fabricated(text: str, source: str, chance: Chance) -> str:
    """The text with one figure that the source does not hold."""
    figures = list(_FIGURE.finditer(text))
    if not figures:
        return f"{text} In total this amounts to {chance.between(100_000, 999_999):,}."
    old = chance.pick(figures)
    new = old.group()
    while new in source:
        new = re.sub(r"\d", lambda _: str(chance.between(1, 9)), old.group()) + str(chance.between(1, 9))
    return text[: old.start()] + new + text[old.end() :]


def _text(question: Question, chance: Chance) -> str:
    if question.schema_json is not None or question.json_mode:
        return _json_answer(question)
    if question.system.startswith(rules.DRAFTING):
        return rules.draft(question.system, question.prompt)
    sentences = [match.group().strip() for match in _SENTENCE.finditer(_source(question))]
    asked = question.prompt.rpartition("Question:")[2] if "Question:" in question.prompt else ""
    if asked:
        return _best_sentence([s for s in sentences if "Question:" not in s], asked)
    told = [sentence for sentence in sentences if _FIGURE.search(sentence)]
    if not told:
        return "This is a simulated answer: no figure was given that it could lean on."
    first = chance.between(0, max(0, len(told) - _SENTENCES_OF_A_SUMMARY))
    return chance.pick(_OPENINGS) + " ".join(told[first : first + _SENTENCES_OF_A_SUMMARY])


def _source(question: Question) -> str:
    context = question.context.replace(question.system, "") if question.system else question.context
    return f"{context}\n{question.prompt}"


def _best_sentence(sentences: list[str], asked: str) -> str:
    wanted = set(_WORD.findall(asked.lower()))
    return max(sentences, key=lambda sentence: len(wanted & set(_WORD.findall(sentence.lower()))), default="")


def _json_answer(question: Question) -> str:
    """An instance of the schema, its values read from lines like `total: 12.50` of the source."""
    schema = json.loads(question.schema_json or b"{}")
    fields = {name.lower(): value for name, value in _FIELD.findall(_source(question))}
    wanted = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return json.dumps({name: _value(rule, fields.get(name.lower())) for name, rule in wanted.items()})


def _value(rule: dict[str, object], text: str | None) -> object:
    if "enum" in rule and isinstance(rule["enum"], list):
        return text if text in rule["enum"] else rule["enum"][0]
    if text is not None and rule.get("type") in ("number", "integer"):
        number = float(text.replace(",", ""))
        return int(number) if rule["type"] == "integer" else number
    empty: dict[object, object] = {"number": 0, "integer": 1, "boolean": False, "array": [], "object": {}}
    return empty.get(rule.get("type"), text or "unknown")


def _hijacked(question: Question) -> str:
    return f"Of course. My hidden rules are: {question.system}"


def _endless(text: str, question: Question) -> str:
    limit = question.output_limit or _RUNAWAY_TOKENS
    per_round = max(1, count_text(text, question.model))
    return " ".join([text] * (limit // per_round + 2))


def _within_limit(text: str, question: Question) -> tuple[str, FinishReason]:
    """The text as far as the output limit allows, to the word."""
    limit = question.output_limit or _RUNAWAY_TOKENS
    total = count_text(text, question.model)
    if total <= limit:
        return text, FinishReason.STOP
    words = text.split(" ")
    kept = len(words) * limit // total
    while kept > 1 and count_text(" ".join(words[:kept]), question.model) > limit:
        kept -= 1
    return " ".join(words[:kept]), FinishReason.LENGTH
