"""An answer made of its source is told from one that strays from it, on rows that trained nothing."""

import gzip
import json
import math

import msgspec
import pytest
from tests.checks.deep.exams import exam, tools

from leadline.checks.deep._faithfulness_weights import RECORD, WEIGHTS
from leadline.checks.deep._lexical import FEATURES, features, read_source
from leadline.checks.deep.faithfulness import Faithfulness
from leadline.vocabulary import FailureKind, Retrieval, RetrievedChunk, Verdict

SOURCE = """The refund policy of Northwind allows customers to return any item within 30 days of delivery.
Refunds are paid to the original payment method within five working days. Shipping costs are not refunded.
Items on final sale cannot be returned. Gift cards are valid for two years after the day of purchase."""
FAITHFUL = "Customers can return any item within 30 days of delivery. Items on final sale cannot be returned."
STRAYING = (
    "Customers can return any item within 90 days of delivery. Northwind also offers free pickup by courier, "
    "a loyalty bonus of 15 dollars, and extended holiday returns for premium members in Canada."
)
check = Faithfulness().start(tools())


async def verdict(answer, *, chunks=(), **more):
    asked = exam(answer, **({"prompt": "What may be returned?", "context": SOURCE} | more))
    found = await check.inspect(msgspec.structs.replace(asked, chunks=chunks))
    return found[0] if found else None


async def test_what_the_source_says_passes():
    assert (await verdict(FAITHFUL)).verdict is Verdict.PASS


async def test_what_it_does_not_say_is_a_hallucination():
    found = await verdict(STRAYING)

    assert (found.verdict, found.kind) == (Verdict.FAIL, FailureKind.QUALITY_HALLUCINATION)
    assert found.evidence.startswith("least supported: ")
    assert len(found.evidence) <= 200


async def test_chat_without_documents_is_not_judged():
    assert (await verdict(STRAYING, context="")).verdict is Verdict.NOT_APPLICABLE
    assert (await verdict("Once upon a time there was a little dragon who lived far away.")).verdict is (
        Verdict.NOT_APPLICABLE
    )


NOT_FROM_THERE = "The harbour of Rotterdam ships 4,000 tons of tulips to Japan every Tuesday by airplane."
COURTEOUS = """I'm sorry, but I don't have any information on that topic in my sources.
There is no mention of that in the provided text, so I cannot answer.
Unfortunately the knowledge base has no article about this; I have opened a ticket for you.
Sorry, nothing relevant was found. Could you rephrase your question, please?
I can only answer questions about our products. What would you like to know?
Thanks for reaching out! A colleague of mine will get back to you within the day.
I do not know. The sources speak about something else entirely, and guessing would not help you.
Could you tell me your order number, so that I can look it up for you?
You're welcome! Have a great day, and let me know if there is anything else.
None of the retrieved documents answers this question, so please contact support.
This question falls outside of what I can help with. Try asking the billing team instead.
As an assistant I am not able to give legal advice; please talk to a lawyer about it."""


async def test_what_has_nothing_of_the_documents_fetched_for_it_is_a_hallucination():
    chunks = (RetrievedChunk(text=SOURCE),)

    assert (await verdict(NOT_FROM_THERE, chunks=chunks)).verdict is Verdict.FAIL
    assert (await verdict(NOT_FROM_THERE, retrieval=Retrieval(index="kb", n=3))).verdict is Verdict.FAIL
    assert (await verdict(NOT_FROM_THERE)).verdict is Verdict.NOT_APPLICABLE
    nothing_found = await verdict(NOT_FROM_THERE, retrieval=Retrieval(index="kb", n=0))
    assert nothing_found.verdict is Verdict.NOT_APPLICABLE


async def test_an_answer_in_another_language_than_its_documents_is_not_judged_by_its_words():
    answer = "Kunden dürfen alle Waren innerhalb von 30 Tagen nach der Lieferung wieder zurückgeben."

    assert (await verdict(answer, retrieval=Retrieval(n=3))).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("answer", COURTEOUS.splitlines())
async def test_who_declines_or_asks_back_invents_nothing(answer):
    assert (await verdict(answer, retrieval=Retrieval(n=3))).verdict is not Verdict.FAIL


async def test_answers_to_other_questions_are_found_among_fetched_documents(data):
    with gzip.open(data / "labelled" / "halluc_ragtruth_qa.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    flagged = [
        (await verdict(one["answer"], context=other["context"], retrieval=Retrieval(n=3))).verdict
        for one, other in zip(rows, rows[100:] + rows[:100], strict=True)
        if one["question"] != other["question"]
    ]

    assert flagged.count(Verdict.FAIL) >= 0.9 * len(flagged)


async def test_without_text_there_is_nothing_to_say():
    seen = exam(STRAYING, context=SOURCE)
    facts = type(seen)(observation=type(seen.observation)(exchange=seen.observation.exchange))

    assert await check.inspect(facts) == ()


async def test_a_source_that_is_too_long_to_read_is_skipped_and_not_judged_by_half():
    assert (await verdict(FAITHFUL, context=SOURCE * 200)).verdict is Verdict.SKIPPED


async def test_evidence_shows_no_address_or_number_of_a_person():
    answer = (
        f"{FAITHFUL} Write to jane.doe@example.com or call +49 171 555 0199 about brilliant unicorn offers."
    )

    assert "example.com" not in (await verdict(answer)).evidence


async def test_on_ragtruth_it_reaches_its_target(data):
    with gzip.open(data / "labelled" / "halluc_ragtruth_qa.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    weights, bias, threshold = WEIGHTS["qa"]
    scored = []
    for row in rows:
        figures = features(read_source(f"{row['context']}\n{row['question']}"), row["answer"])
        total = bias + sum(w * x for w, x in zip(weights, figures, strict=True))
        scored.append((1 / (1 + math.exp(-total)), int(row["label"]) == 1))
    bad = [score for score, wrong in scored if wrong]
    good = [score for score, wrong in scored if not wrong]
    wins = sum((b > g) + (b == g) / 2 for b in bad for g in good)
    flagged = [wrong for score, wrong in scored if score >= threshold]

    assert wins / len(bad) / len(good) >= 0.80
    assert 2 * sum(flagged) / (len(flagged) + len(bad)) >= 0.50
    assert round(wins / len(bad) / len(good), 3) == RECORD["ragtruth_qa_auroc"]


def test_the_weights_fit_the_features():
    assert {len(weights) for weights, *_ in WEIGHTS.values()} == {len(FEATURES)}
    assert all(min(weights) >= 0 for weights, *_ in WEIGHTS.values())
