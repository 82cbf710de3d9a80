"""What the inline checks cost: relations only, as microseconds belong to a machine."""

import itertools
import re
import time

import msgspec
import pytest

from leadline.checks.inline.entities import Entities
from leadline.evals.timing import SIZES, THE_FOUR, examination, timed
from leadline.evals.timing_texts import Text, texts
from leadline.vocabulary import Verdict

WORD = re.compile(r"\b(?:revenue|income|costs?)\b|\d[\d.,]*", re.IGNORECASE)


@pytest.fixture(scope="module")
def times():
    return {one.size: one for one in timed(30, ["1 KB", "8 KB"])}


def cost(timed, name):
    return next(one for one in timed.costs if one.check == name)


def least_seconds(work, times=5):
    taken = []
    for _ in range(times):
        began = time.thread_time()
        work()
        taken.append(time.thread_time() - began)
    return min(taken)


def test_every_check_is_timed_and_so_are_the_four_and_all(times):
    for one in times.values():
        named = [its.check for its in one.costs]

        assert {*THE_FOUR, "language", "repetition", "the four", "all"} <= set(named)
        assert all(0 <= its.p50_us <= its.p99_us for its in one.costs)
        assert cost(one, "the four").p50_us <= cost(one, "all").p50_us


def test_eight_times_the_source_costs_thirty_times_as_much_at_most(times):
    assert cost(times["8 KB"], "all").p50_us < 30 * cost(times["1 KB"], "all").p50_us


@pytest.mark.parametrize("size", SIZES)
def test_texts_have_the_size_that_they_are_asked_for(size):
    source_chars, answer_chars = SIZES[size]
    for text in itertools.islice(texts(source_chars, answer_chars, seed=1), 20):
        assert 0.7 * answer_chars < len(text.answer) <= answer_chars
        assert len(text.prompt) + len(text.context) <= source_chars
        assert text.kind == "chat" or len(text.context) > 0.6 * source_chars


def test_answers_say_what_their_source_says():
    """Else the checks would be timed at finding faults, which most answers have not."""
    check = Entities()
    verdicts = [
        check.inspect(examination(text)).verdict
        for text in itertools.islice(texts(1024, 1638, seed=2), 50)
        if text.kind != "chat"
    ]

    assert verdicts.count(Verdict.PASS) >= 0.9 * len(verdicts)


def test_no_text_is_told_twice():
    told = [text.answer for text in itertools.islice(texts(1024, 1638, seed=3), 100)]

    assert len(set(told)) == len(told)


def test_the_entities_of_a_report_cost_forty_regular_expressions_at_most():
    """The yardstick is what any look at figures and labels has to do, on the same text and machine."""
    report = next(texts(1024, 1638, seed=4))
    exam, check = examination(report), Entities()
    raw = msgspec.json.encode(report)

    def yardstick():
        text = msgspec.json.decode(raw, type=Text)
        WORD.findall(text.context)
        WORD.findall(text.answer)

    check.inspect(exam)
    assert least_seconds(lambda: check.inspect(exam)) < 40 * least_seconds(yardstick)


@pytest.mark.parametrize(
    "piece",
    [
        "1 ", "12 %, ", "(1) ", "1|", "|1|2|\\n", "a;1\\n", "a\\t1\\t2\\n", "key: 5\\n", "1,", "1.", "€1",
        "Q3 2024, ", "14 March 2024 ", "Revenue of 1,071.3 million in 2024, ", "Revenue 5 million and ",
        "1 EUR = 1.1 USD ", "| 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |\\n", "Marcus Feldheim ", "in May ",
        "third quarter ", "from ",
    ],
)  # fmt: skip
def test_four_times_a_hostile_text_costs_twelve_times_as_much_at_most(piece):
    """All digits, one giant line, nothing but names, tables of tables: as source and as answer."""
    check = Entities(cap_chars=20_000, least_overlap=0.0)

    def look(size):
        filled = piece * (size // len(piece))
        text = Text(
            "hostile", "What does it say?", f"The report says: {filled}", f"The report says: {filled}"
        )
        exam = examination(text)
        return lambda: check.inspect(exam)

    small, large = least_seconds(look(2_000)), least_seconds(look(8_000), times=3)

    assert large < 12 * small


def test_ten_thousand_names_are_read_in_no_more_than_their_share():
    check = Entities(cap_chars=200_000)

    def look(names):
        text = " ".join(f"Zelda{n} met Marcus{n}." for n in range(names))
        exam = examination(Text("names", "Who met whom in the end?", text, text))
        return lambda: check.inspect(exam)

    assert least_seconds(look(5_000), times=3) < 30 * least_seconds(look(500))
