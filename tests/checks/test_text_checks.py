"""Refusals, loops, cut answers and invented quotes, found in the text alone."""

import gzip
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.checks.inline import InlineCheck
from leadline.checks.inline.cut_off import CutOff
from leadline.checks.inline.quotes import Quotes
from leadline.checks.inline.refusal import Refusal
from leadline.checks.inline.repetition import Repetition
from leadline.vocabulary import FailureKind, FinishReason, ToolCall, Verdict

SOURCE = (
    "Minutes of the meeting. The chair said: “We shall not raise prices before the autumn of next year, "
    "whatever the market does.” The treasurer agreed that costs have to come down first. Nobody spoke "
    "against it, and the motion to postpone the new plant was carried by seven votes to two."
)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m sorry, I cannot assist with this request.",
        "I cannot provide instructions for that.",
        "Sorry, I am unable to answer questions about this topic.",
        "As an AI language model, I cannot give legal advice.",
        "Hello! I'm unable to help with that.",
        "Es tut mir leid, aber dabei kann ich nicht helfen.",
        "Leider kann ich diese Anfrage nicht beantworten.",
        "Je suis désolé, mais je ne peux pas vous aider.",
        "Lo siento, pero no puedo ayudar con eso.",
        "Mi dispiace, ma non posso aiutarti.",
        "Desculpe, não posso ajudar com isso.",
        "Het spijt me, daar kan ik je niet mee helpen.",
        "抱歉\uff0c我无法提供帮助。",
        "К сожалению, я не могу помочь с этим.",  # noqa: RUF001 - Russian
    ],
)
def test_a_refusal_is_one_in_each_of_its_languages(answered, text):
    signal = Refusal().inspect(answered(text))

    assert (signal.verdict, signal.kind) == (Verdict.FAIL, FailureKind.QUALITY_REFUSAL)


@pytest.mark.parametrize(
    "text",
    [
        "Paris is the capital of France.",
        "I can help you with that: first, open the settings.",
        "Sorry to hear that your parcel is late. It will arrive on Monday.",
        "The context does not say who wrote the report.",
        "I'm sorry, but I can't answer this from the context provided.",
        "You cannot write to a closed file; open it again first.",
        "The author writes: “I cannot help it.”",
        "Es tut mir leid, dass die Lieferung zu spät kam. Sie ist unterwegs.",
    ],
)
def test_help_and_an_unanswered_context_are_no_refusals(answered, text):
    assert Refusal().inspect(answered(text)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "facts",
    [
        {"refused": True},
        {"block_reason": "SAFETY"},
        {"finish_reason": FinishReason.FILTERED, "finish_raw": "content_filter"},
        {"finish_reason": FinishReason.REFUSAL, "finish_raw": "refusal"},
    ],
)
def test_what_the_provider_itself_calls_refused_or_filtered_is_a_refusal(answered, facts):
    assert Refusal().inspect(answered("", **facts)).kind is FailureKind.QUALITY_REFUSAL


@pytest.mark.parametrize(
    "text",
    [
        "The answer is yes. " * 40,
        "Revenue rose in the third quarter. " + "and then and then " * 60,
        "ha" * 300,
        "Here is the list:\n" + "- the same item again, no more than that\n" * 30,
    ],
)
def test_a_loop_is_incoherent(answered, text):
    assert Repetition().inspect(answered(text)).kind is FailureKind.QUALITY_COHERENCE


@pytest.mark.parametrize(
    "text",
    [
        SOURCE * 1,
        "Short. Short. Short.",
        "\n".join(f"| {n} | item {n * 7} | {n * 13 % 97} |" for n in range(60)),
        "\n".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(40)),
    ],
)
def test_prose_tables_and_code_are_no_loops(answered, text):
    assert Repetition().inspect(answered(text)).verdict is not Verdict.FAIL


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"items": [{"name": "first", "price": 12.5}, {"name": "sec', "JSON"),
        ("Here is the code you asked for:\n```python\ndef f():\n    return 1\n", "fence"),
        ("The report covers three regions, and the largest of them is the", "sentence"),
        ("Costs fell in the first quarter, in the second and in the third,", "sentence"),
        ("Der Umsatz stieg im dritten Quartal, weil die Nachfrage und", "sentence"),
    ],
)
def test_what_stops_in_the_middle_and_says_stop_is_truncated(answered, text, why):
    signal = CutOff().inspect(answered(text, finish_raw="stop"))

    assert signal.kind is FailureKind.PROVIDER_TRUNCATED
    assert why in signal.evidence


@pytest.mark.parametrize(
    "text",
    [
        '{"items": [{"name": "first", "price": 12.5}]} and that is all',
        "[The report](https://example.org/report) says that costs fell everywhere.",
        "Here is the code you asked for:\n```python\ndef f():\n    return 1\n```\n",
        "The three regions are north, south and the one that they call the rest.",
        "The capital of the country that you asked about: Paris",
    ],
)
def test_what_is_whole_passes(answered, text):
    assert CutOff().inspect(answered(text, finish_raw="stop")).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "facts",
    [
        {"finish_reason": FinishReason.LENGTH},
        {"tool_calls": (ToolCall("look", "{}"),)},
        {"complete": False},
        {"refused": True},
        {"text_chars": 9000},
    ],
)
def test_an_end_with_a_name_of_its_own_is_not_judged_twice(answered, facts):
    text = "The report covers three regions, and the largest of them is the"

    assert CutOff().inspect(answered(text, **facts)).verdict is Verdict.NOT_APPLICABLE


def quoted(answered, text, context=SOURCE, system=""):
    question = {"context": context, "prompt": "What was said?", "system": system}
    return Quotes().inspect(answered(text, question=question))


@pytest.mark.parametrize(
    "text",
    [
        'The chair said, "We shall not raise prices before the autumn of next year".',
        "The chair said: “we shall not raise PRICES … whatever the market does.”",
        'The minutes say "The treasurer agreed that [all] costs have to come\xa0down first".',
        "> the motion to postpone the new plant was carried by seven votes to two.",
        "Der Vorsitzende sagte: „We shall not raise prices before the autumn“.",
        "Il a dit : « We shall not raise prices before the autumn of next year ».",
    ],
)
def test_a_quote_of_the_source_passes_in_any_marks(answered, text):
    signal = quoted(answered, text)

    assert (signal.verdict, signal.score) == (Verdict.PASS, 1.0)


@pytest.mark.parametrize(
    "text",
    [
        'The chair said, "We shall raise prices in the autumn of next year".',
        "The chair said: “We shall not raise prices … unless costs go up first.”",
        "> the motion to build the new plant was carried by seven votes to two.",
        "Der Vorsitzende sagte: „Wir erhöhen die Preise im nächsten Jahr nicht“.",
    ],
)
def test_a_quote_of_nobody_is_a_hallucination(answered, text):
    signal = quoted(answered, text)

    assert signal.kind is FailureKind.QUALITY_HALLUCINATION
    assert "1 of 1 quotes" in signal.evidence


def test_names_titles_and_general_chat_are_no_quotes(answered):
    assert quoted(answered, 'They call it the "new plant" there.').verdict is Verdict.NOT_APPLICABLE
    text = 'The song begins with "a line of words that nobody wrote".'
    assert quoted(answered, text, context="").verdict is Verdict.NOT_APPLICABLE
    asked = quoted(answered, text, context=SOURCE, system=SOURCE)
    assert asked.verdict is Verdict.NOT_APPLICABLE


def test_documents_in_a_system_prompt_are_quoted_too(answered):
    text = 'The chair said, "We shall raise prices in the autumn of next year".'

    assert quoted(answered, text, system=SOURCE).kind is FailureKind.QUALITY_HALLUCINATION


CHECKS: list[InlineCheck] = [CutOff(), Quotes(), Refusal(), Repetition()]


@given(st.text(st.characters(), max_size=400))
@settings(max_examples=100)
def test_any_text_gives_one_signal_of_each(answered, text):
    for check in CHECKS:
        assert len(check.inspect(answered(text, question={"context": SOURCE + text})).evidence) <= 200


def test_real_answers_are_rarely_flagged_and_changed_quotes_are_found(data, answered):
    with gzip.open(data / "labelled" / "halluc_ragtruth_qa.jsonl.gz") as lines:
        rows = [row for row in map(json.loads, lines) if row["label"] == 0]

    def verdicts(check, change=str):
        question = [{"prompt": row["question"], "context": row["context"]} for row in rows]
        texts = [change(row["answer"]) for row in rows]
        return [
            check.inspect(answered(text, question=asked)).verdict
            for text, asked in zip(texts, question, strict=True)
        ]

    for check, most in ((CutOff(), 0.01), (Refusal(), 0.01), (Repetition(), 0.01)):
        share = sum(verdict is Verdict.FAIL for verdict in verdicts(check)) / len(rows)
        print(type(check).__name__, f"{share:.3f} of {len(rows)}")  # noqa: T201
        assert share <= most
    cited = [row for row in rows if len(row["context"]) < 8000]
    found = total = wrong = 0
    for row in cited:
        sentence = re.search(r"\b[A-Z][a-z]+(?: [a-z]+){7,14}[.,]", row["context"])
        if sentence is None:
            continue
        words = sentence.group().split()
        asked = {"prompt": row["question"], "context": row["context"]}
        right = answered(f'It says: "{sentence.group()}"', question=asked)
        changed = answered(f'It says: "{" ".join([*words[:3], "never", *words[3:]])}"', question=asked)
        wrong += Quotes().inspect(right).verdict is Verdict.FAIL
        found += Quotes().inspect(changed).verdict is Verdict.FAIL
        total += 1
    print("quotes", found, wrong, "of", total)  # noqa: T201
    assert found == total > 50
    assert wrong == 0


@pytest.mark.parametrize(
    "text",
    [
        "The museum opens at ten. On Sundays it closes at five and the ticket office of Norvik",
        "Музей открывается в десять. По воскресеньям он закрывается в пять и касса музея",
    ],
)
def test_a_sentence_behind_others_that_ended_is_cut_when_it_does_not(answered, text):
    assert CutOff().inspect(answered(text)).kind is FailureKind.PROVIDER_TRUNCATED


@pytest.mark.parametrize(
    "text",
    [
        "Autoridades de EE.UU. acusan al hombre de la sonda de ricino",
        "The museum opens at ten. The address is https://museum.example/opening-hours",
        "# Opening hours\n\n- The museum opens at ten.\n- Sundays from ten to five in the afternoon",
        "Where is Rusty? Red panda vanishes from the National Zoo of the city",
        "With kind regards from all of us here. Yours, Anna",
    ],
)
def test_headlines_lists_and_addresses_need_no_full_stop(answered, text):
    assert CutOff().inspect(answered(text)).verdict is Verdict.PASS
