"""An answer made of its source is told from one that strays from it, on rows that trained nothing."""

import gzip
import json
import math

from tests.checks.deep.exams import exam, tools

from leadline.checks.deep._faithfulness_weights import RECORD, WEIGHTS
from leadline.checks.deep._lexical import FEATURES, features, read_source
from leadline.checks.deep.faithfulness import Faithfulness
from leadline.vocabulary import FailureKind, Verdict

SOURCE = """The refund policy of Northwind allows customers to return any item within 30 days of delivery.
Refunds are paid to the original payment method within five working days. Shipping costs are not refunded.
Items on final sale cannot be returned. Gift cards are valid for two years after the day of purchase."""
FAITHFUL = "Customers can return any item within 30 days of delivery. Items on final sale cannot be returned."
STRAYING = (
    "Customers can return any item within 90 days of delivery. Northwind also offers free pickup by courier, "
    "a loyalty bonus of 15 dollars, and extended holiday returns for premium members in Canada."
)
check = Faithfulness().start(tools())


async def verdict(answer, **more):
    found = await check.inspect(
        exam(answer, **({"prompt": "What may be returned?", "context": SOURCE} | more))
    )
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
