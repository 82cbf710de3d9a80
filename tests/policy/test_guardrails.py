"""From findings to a decision, and from a decision to signals."""

from hypothesis import given
from hypothesis import strategies as st

from leadline.policy.guardrails import BROKE_DOWN, Blind, Looked, decide, signals_of
from leadline.policy.redaction import Edit, edited, mask
from leadline.policy.tokens import Tokens, cipher_of
from leadline.vocabulary import FailureKind, Finding, GuardPolicy, GuardRule, Place, Verdict, Word

FOUND = Looked("pii", 0, Finding(FailureKind.SECURITY_PII_LEAK, "email", 3, 9, 0.8))


def ruled(*words, enforced=True, **more):
    rules = tuple([GuardRule(guard="pii", places=(Place.OUTPUT,), word=word, **more) for word in words])
    policy = GuardPolicy(name="p", version="3", enforced=enforced, rules=rules)
    return [(policy, rule) for rule in rules]


@given(st.lists(st.sampled_from(list(Word)), min_size=1, max_size=4))
def test_the_hardest_word_counts(words):
    decision = decide(ruled(*words), [Place.OUTPUT], [FOUND])

    assert decision.word is max(words, key=lambda word: word.rank)
    assert decision.by == "p@3"


def test_a_policy_that_watches_only_flags():
    decision = decide(ruled(Word.BLOCK, enforced=False), [Place.OUTPUT], [FOUND])

    assert decision.word is Word.FLAG


def test_a_finding_below_the_threshold_or_elsewhere_is_none():
    assert decide(ruled(Word.BLOCK, threshold=0.9), [Place.OUTPUT], [FOUND]).word is None
    assert decide(ruled(Word.BLOCK), [Place.INPUT_USER], [FOUND]).word is None


def test_a_guard_that_did_not_look_closes_the_way_of_those_who_would_stop():
    blind = [Blind("pii", BROKE_DOWN, "it broke down")]

    assert decide(ruled(Word.REDACT), [Place.OUTPUT], [], blind).stops
    assert not decide(ruled(Word.FLAG), [Place.OUTPUT], [], blind).stops
    assert not decide(ruled(Word.BLOCK, enforced=False), [Place.OUTPUT], [], blind).stops


def test_evidence_names_labels_and_places_and_no_content():
    rules = ruled(Word.BLOCK)
    (signal,) = signals_of(rules, decide(rules, [Place.OUTPUT], [FOUND, FOUND]))

    assert (signal.verdict, signal.word, signal.mitigated) == (Verdict.FAIL, Word.BLOCK, True)
    assert signal.evidence == "blocked by p@3: email in output (2)"


@given(st.text(min_size=1, max_size=300), st.text(max_size=30))
def test_a_token_is_turned_back_for_its_caller_alone(text, around):
    cipher = cipher_of("a secret")
    mine, other = Tokens(cipher, "acme/alice"), Tokens(cipher, "acme/bob")
    said = f"{around}{mine.token('e-mail', text)}{around}"

    assert edited(said, mine.restored(said)) == f"{around}{text}{around}"
    assert list(other.restored(said)) == []
    assert mine.token("e-mail", text) == mine.token("e-mail", text)


def test_what_is_too_long_for_a_token_is_masked():
    assert (
        Tokens(cipher_of("s"), "a").token("Credit Card", "4" * 3000) == "[CREDIT_CARD]" == mask("credit card")
    )


def test_edits_that_overlap_are_one():
    assert edited("0123456789", [Edit(2, 5, "[A]"), Edit(4, 8, "[B]"), Edit(9, 10, "")]) == "01[A]8"
