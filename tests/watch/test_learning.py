"""What is learnt from answers, when it is known, and that a restart keeps it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.watch.records import NOON, observation

from leadline.vocabulary import Answer, Origin, Overlay, TokenUsage
from leadline.watch.learning import HALF_LIFE_S, Learning, Lengths, Ratio, changed_notably
from leadline.watch.overlay_file import OverlayWriter


def taught(count, **exchange):
    known = Learning()
    for n in range(count):
        known.observe(observation(f"r{n}", NOON + n, **exchange))
    return known


def values(known):
    return {(entry.what, entry.name): entry.value for entry in known.entries()}


def test_a_token_ratio_is_known_after_fifty_responses():
    assert values(taught(49)) == {}
    assert values(taught(50)) == {("token_ratio", "openai/gpt-4o"): pytest.approx(1.25)}


def test_a_script_has_a_ratio_of_its_own_beside_that_of_all():
    known = Learning()
    for n in range(60):
        known.observe(observation(f"a{n}", NOON + n, counted_script="ascii"))
    for n in range(50):
        known.observe(observation(f"w{n}", NOON + n, counted_script="wide", counted_input_tokens=50))

    assert values(known) == {
        ("token_ratio", "openai/gpt-4o"): pytest.approx(1.25, rel=0.1),
        ("token_ratio", "openai/gpt-4o ascii"): pytest.approx(1.25),
        ("token_ratio", "openai/gpt-4o wide"): pytest.approx(2.0),
    }


def test_a_templates_output_is_known_after_two_hundred_answers():
    assert ("output_p99", "summary") not in values(taught(199))
    assert values(taught(200))[("output_p99", "summary")] == pytest.approx(50, rel=0.02)


def test_only_whole_answers_to_users_teach():
    cut = Answer(complete=False, usage=TokenUsage(input_tokens=100, output_tokens=50))

    assert values(taught(300, origin=Origin.PROBE)) == {}
    assert values(taught(300, failed=True)) == {}
    assert ("output_p99", "summary") not in values(taught(300, answer=cut))


def of(first, at=NOON):
    """A ratio that fifty responses have made known."""
    ratio = Ratio()
    for _ in range(50):
        ratio.add(first, at)
    return ratio


def test_a_ratio_forgets_half_in_forty_eight_hours():
    ratio = of(1.0)
    for _ in range(25):
        ratio.add(1.05, NOON + HALF_LIFE_S)

    assert ratio.mean == pytest.approx(1.025, abs=0.001), "25 new ones weigh as much as 50 old ones"


def test_an_attack_that_inflates_some_bills_does_not_become_normal():
    ratio = Ratio()
    for n in range(2000):
        ratio.add(12.0 if n % 5 == 0 else 1.0, NOON + n)

    assert ratio.mean == pytest.approx(1.0, abs=0.05)


def test_a_new_tokenizer_is_learnt_in_the_end():
    ratio = of(1.0)
    for n in range(2000):
        ratio.add(1.35, NOON + n * 600)

    assert ratio.mean == pytest.approx(1.35, rel=0.02)


def test_a_burst_of_endless_answers_does_not_excuse_itself():
    lengths = Lengths()
    for n in range(300):
        lengths.add(50, NOON + n)
    for n in range(200):
        lengths.add(5000, NOON + 300 + n)

    assert lengths.percentile(0.99) <= 50 * 1.3


@given(st.lists(st.integers(min_value=1, max_value=100_000), min_size=1, max_size=199))
def test_a_percentile_is_off_by_no_more_than_its_step(tokens):
    lengths = Lengths()
    for one in tokens:
        lengths.add(one, NOON)

    exact = sorted(tokens)[max(0, -(-len(tokens) * 99 // 100) - 1)]

    assert lengths.percentile(0.99) == pytest.approx(exact, rel=0.02)


def test_a_template_that_changes_is_learnt_anew():
    lengths = Lengths()
    for _ in range(3000):
        lengths.add(5000, NOON)
    for _ in range(40_000):
        lengths.add(100, NOON)

    assert lengths.percentile(0.99) == pytest.approx(100, rel=0.02)


def test_only_a_notable_change_is_published():
    before, same, after = taught(60).entries(), taught(61).entries(), taught(250).entries()

    assert not changed_notably(before, same)
    assert changed_notably(before, after)
    assert changed_notably(before, [])


def test_the_overlay_is_swapped_whole_and_survives_a_restart(tmp_path, incidents):
    path = tmp_path / "overlay.msgpack"
    writer = OverlayWriter(path, incidents)
    for n in range(60):
        writer.observe(observation(f"r{n}", NOON + n))
    writer.step(NOON)
    first = msgspec.msgpack.decode(path.read_bytes(), type=Overlay)

    assert path.stat().st_mode & 0o777 == 0o600
    again = OverlayWriter(path, incidents)
    for n in range(200):
        again.observe(observation(f"s{n}", NOON + n))
    again.step(NOON + 100)
    second = msgspec.msgpack.decode(path.read_bytes(), type=Overlay)

    assert [(entry.what, entry.name) for entry in first.entries] == [("token_ratio", "openai/gpt-4o")]
    assert (first.generation, second.generation) == (1, 2)
    assert len(second.entries) == 2
    assert list(tmp_path.glob("*.new")) == []


def test_nothing_is_written_while_nothing_changes(tmp_path, incidents):
    path = tmp_path / "overlay.msgpack"
    writer = OverlayWriter(path, incidents)

    writer.step(NOON)

    assert not path.exists()
