"""An answer far from its template's centroid is incoherent; centroids are learnt from sound answers only."""

import msgspec
import pytest
from tests.watch.records import NOON, observation

from leadline.checks.inline.similarity import Similarity
from leadline.measures.vectors import embedder
from leadline.vocabulary import CapturedText, FailureKind, Signal, Verdict
from leadline.watch.centroids import KNOWN_AFTER, Centroid
from leadline.watch.learning import Learning, changed_notably

TOPICS = [
    "revenue",
    "costs",
    "margin",
    "staff",
    "orders",
    "cash",
    "debt",
    "plants",
    "prices",
    "taxes",
    "rent",
]
REFUSAL = "I'm sorry, but I can't help with that."
GIBBERISH = "xq zzv plomp grrt fnord wibble snarf qux blarg vroop tlik zorp mneh"


def summary(n):
    one, two = TOPICS[n % len(TOPICS)], TOPICS[(n * 5 + 1) % len(TOPICS)]
    return f"The report says that {one} rose in the quarter while {two} fell; growth is expected next year."


def an_observation(n, text, *signals):
    seen = observation(f"r{n}", NOON + n)
    return msgspec.structs.replace(seen, text=CapturedText(answer=text), signals=signals)


class Letters:
    """Embeds a text as how often it has three letters: small, and as real as any embedding."""

    def embed(self, text):
        return bytes(min(255, text.count(letter)) for letter in "eox")

    def cosine(self, one, other):
        dot = sum(a * b for a, b in zip(one, other, strict=True))
        return dot / ((sum(a * a for a in one) * sum(b * b for b in other)) ** 0.5 or 1.0)

    def blend(self, centre, vector, share):
        return bytes(round((1 - share) * a + share * b) for a, b in zip(centre, vector, strict=True))


def taught(count, text=summary, *signals, model=None):
    known = Learning()
    for n in range(count):
        known.observe(an_observation(n, text(n), *signals), model or Letters())
    return known


def centroid_of(known):
    return next((entry for entry in known.entries() if entry.what == "centroid"), None)


def test_a_centroid_is_known_after_twenty_answers():
    assert centroid_of(taught(KNOWN_AFTER - 1)) is None
    assert centroid_of(taught(KNOWN_AFTER)).name == "summary"


def test_an_answer_with_a_failing_signal_teaches_nothing():
    failing = Signal(check="entities", verdict=Verdict.FAIL, kind=FailureKind.QUALITY_HALLUCINATION)

    assert centroid_of(taught(50, summary, failing)) is None


def test_without_a_model_or_captured_text_nothing_is_learnt():
    known = Learning()
    for n in range(30):
        known.observe(an_observation(n, summary(n)))
        known.observe(msgspec.structs.replace(an_observation(n, ""), text=None), Letters())

    assert centroid_of(known) is None


def test_a_template_that_changed_for_good_is_learnt_anew_after_a_day():
    centroid = Centroid(seen=100, learnt_at=NOON)

    assert not any(centroid.refuse(NOON + 60 * n) for n in range(300))
    assert centroid.refuse(NOON + 25 * 3600)


def test_a_moved_centroid_is_published_and_a_still_one_is_not():
    model = embedder_or_skip()
    before = taught(40, model=model).entries()

    assert not changed_notably(before, before)
    moved = [msgspec.structs.replace(one, vector=model.embed(REFUSAL)) for one in before if one.vector]
    assert changed_notably([one for one in before if one.vector], moved)


def test_what_was_learnt_survives_a_restart():
    known = taught(KNOWN_AFTER)

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(known), type=Learning) == known


def embedder_or_skip():
    pytest.importorskip("wordllama")
    return embedder()


@pytest.fixture(scope="module")
def like_summaries(answered):
    entry = centroid_of(taught(60, model=embedder_or_skip()))

    def judge(text):
        learnt = {"centroid": entry.vector, "least_similarity": entry.value}
        return Similarity().inspect(answered(text, learnt=learnt))

    return judge


def test_another_summary_is_like_the_others(like_summaries):
    assert all(like_summaries(summary(n)).verdict is Verdict.PASS for n in range(60, 90))


@pytest.mark.parametrize(
    "text",
    [REFUSAL, GIBBERISH, '{"status": "ok", "items": [1, 2, 3]}', "Der Zug nach Bremen fährt heute nicht."],
)
def test_gross_drift_is_incoherent(like_summaries, text):
    signal = like_summaries(text)

    assert signal.kind is FailureKind.QUALITY_COHERENCE
    assert "centroid" in signal.evidence


def test_without_a_centroid_it_is_not_applicable(answered):
    assert Similarity().inspect(answered(summary(1))).verdict is Verdict.NOT_APPLICABLE
