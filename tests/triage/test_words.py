"""What a page asks and what a postmortem explains fits the condition that was crossed."""

import pytest

from leadline.triage.conditions.blindness import PARTS
from leadline.triage.keys import SUBTYPE
from leadline.triage.questions import BY_SUBTYPE, COUNT
from leadline.triage.rule_words import rule_sentence
from leadline.triage.rules import Rules
from leadline.vocabulary import FailureCategory, FailureKind

ASKED_BY_CATEGORY = (FailureCategory.SECURITY,)
OF_A_RULE = {
    FailureKind.PROVIDER_SHORT_CIRCUITED: "hard",
    FailureKind.PROVIDER_THROTTLED: "throttle",
    FailureKind.PROVIDER_SLOW: "latency",
    FailureKind.PROVIDER_TRUNCATED: "broken",
    FailureKind.PROVIDER_MALFORMED: "broken",
    FailureKind.PROVIDER_QUOTA: "auth",
    FailureKind.PROVIDER_AUTH: "auth",
    FailureKind.PROVIDER_MODEL_GONE: "model_gone",
    FailureKind.COST_RATE: "cost",
    FailureKind.COST_TOKEN_MISMATCH: "cost",
    FailureKind.COST_OUTPUT_BLOWUP: "cost",
    FailureKind.DATA_RETRIEVAL: "embedding_drift",
}
"""Kinds that open an incident through a rule of another name."""
HARD = {
    FailureKind.PROVIDER_CONNECTION,
    FailureKind.PROVIDER_DNS,
    FailureKind.PROVIDER_TLS,
    FailureKind.PROVIDER_TIMEOUT,
    FailureKind.PROVIDER_OUTAGE,
    FailureKind.PROVIDER_OVERLOADED,
}
SUBTYPES = {
    "hard" if kind in HARD else OF_A_RULE.get(kind, SUBTYPE[kind])
    for kind in FailureKind
    if kind.category not in ASKED_BY_CATEGORY
} | set(PARTS)


@pytest.mark.parametrize("subtype", sorted(SUBTYPES))
def test_each_condition_has_its_own_three_questions(subtype):
    assert len(BY_SUBTYPE[subtype]) == COUNT


@pytest.mark.parametrize("subtype", sorted(PARTS))
def test_what_blinds_leadline_is_explained_with_its_numbers(subtype):
    assert rule_sentence("data", subtype, Rules()) != rule_sentence("data", "nothing known", Rules())
