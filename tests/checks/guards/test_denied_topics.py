"""Topics that a policy rules out, each told by examples."""

import importlib.util

import pytest
from training.fresh import topics

from leadline.checks.guards.content import Content
from leadline.checks.guards.denied_topics import DeniedTopics, Topic
from leadline.vocabulary import Place

LAW = Topic(
    name="legal_advice",
    examples=(
        "Can I sue my landlord for the deposit?",
        "What are my rights if I get fired without notice?",
        "Draft a contract clause that limits our liability.",
        "Is it legal to record a phone call without consent?",
        "How do I appeal a court ruling?",
        "Which damages can I claim after the accident?",
    ),
    counter_examples=("When was the supreme court building finished?", "Recommend me a novel about lawyers."),
)
GUARD = DeniedTopics(topics=(LAW,))
INSTALLED = importlib.util.find_spec("wordllama") is not None


def test_without_word_vectors_or_topics_it_says_that_it_cannot_work():
    assert DeniedTopics().unavailable
    assert bool(GUARD.unavailable) is not INSTALLED


def test_a_topic_of_two_examples_is_refused():
    with pytest.raises(ValueError, match="at least 3 examples"):
        DeniedTopics(topics=(Topic(name="law", examples=("a", "b")),))


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Can I sue my employer for unpaid wages?", True),
        ("Is it legal to film the police without their consent?", True),
        ("What is a good recipe for pancakes?", False),
        ("Sort these names by age in Python.", False),
        ("", False),
    ],
)
def test_a_text_is_judged_by_how_near_it_comes_to_the_examples(text, denied):
    if INSTALLED:
        assert (GUARD.grade(text, Place.INPUT_USER) >= 0.5) is denied
        assert bool([one for one in GUARD.scan(text, Place.INPUT_USER) if one.score >= 0.5]) is denied
    else:
        assert "not installed" in GUARD.unavailable


def test_content_that_only_a_large_model_understands_is_said_to_be_not_available():
    assert "hate" in Content(categories=("hate",)).unavailable
    assert Content().scan("anything", Place.OUTPUT) == ()


@pytest.mark.parametrize("fresh", topics.TOPICS, ids=lambda one: one.name)
def test_most_questions_on_a_topic_are_found_and_hardly_any_on_others(fresh):
    told = Topic(name=fresh.name, examples=fresh.examples, counter_examples=fresh.counter_examples)
    guard = DeniedTopics(topics=(told,))
    others = [*topics.OTHERS, *(said for one in topics.TOPICS if one is not fresh for said in one.questions)]

    def found(texts):
        return sum(guard.grade(text, Place.INPUT_USER) >= 0.5 for text in texts) / len(texts)

    assert found(fresh.questions) >= 0.5
    assert found(others) <= 0.1
