"""Right figures in the wrong place: swapped labels, periods, units and scales in answers about reports."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.checks.inline._derived import rates
from leadline.checks.inline.entities import Entities
from leadline.vocabulary import Verdict

REPORTS = yaml.safe_load((Path(__file__).parent / "finchat" / "cases.yaml").read_text())


@pytest.fixture(scope="module")
def judge(answered):
    def judge(answer, context, prompt="What does it say?"):
        return Entities().inspect(answered(answer, question={"prompt": prompt, "context": context}))

    return judge


@pytest.mark.parametrize("part", ["first", "second"])
def test_nine_in_ten_swaps_are_found_and_one_in_twenty_faithful_answers_is_flagged_at_most(judge, part):
    flagged: dict[str, list[bool]] = {"faithful": [], "swapped": []}
    for report in REPORTS:
        for kind, found in flagged.items():
            for question, answer in report[kind] if report["part"] == part else ():
                found.append(judge(answer, report["context"], question).verdict is Verdict.FAIL)

    print({kind: f"{sum(found)} of {len(found)}" for kind, found in flagged.items()})  # noqa: T201
    assert sum(flagged["swapped"]) >= 0.9 * len(flagged["swapped"])
    assert sum(flagged["faithful"]) <= 0.05 * len(flagged["faithful"])


def test_there_are_enough_cases():
    assert sum(len(report["swapped"]) for report in REPORTS) >= 60
    assert sum(len(report["faithful"]) for report in REPORTS) >= 60


def test_the_evidence_says_what_the_source_has_instead(judge):
    signal = judge("Operating income was $1,071.3 million in 2024.", REPORTS[0]["context"])

    assert signal.evidence.startswith("1,071.3 million, where the source has 147.5 for Operating income 2024")
    assert signal.score == pytest.approx(1 / 2)


def test_a_wrong_unit_is_named_with_the_right_one(judge):
    signal = judge("Net income was EUR 109.4 million in 2024.", REPORTS[0]["context"])

    assert "109.4 million (USD there)" in signal.evidence


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1 EUR = 1.10 USD", ("USD", "EUR", 1.10)),
        ("EUR/USD rate 1.085", ("USD", "EUR", 1.085)),
        ("0.85 GBP per EUR", ("GBP", "EUR", 0.85)),
        ("1 EUR entspricht 0,95 CHF", ("CHF", "EUR", 0.95)),
    ],
)
def test_exchange_rates_are_read_with_their_direction(text, rate):
    assert rate in list(rates(text))


@given(
    st.lists(
        st.sampled_from(
            [
                "|",
                "a",
                "1",
                ",",
                ";",
                "\n",
                "\t",
                '"',
                ":",
                "(",
                ")",
                "-",
                "%",
                "€",
                " in ",
                "2024",
                "Q3",
                ".",
                " ",
            ]
        ),
        max_size=120,
    )
)
@settings(deadline=None)
def test_whatever_looks_like_a_table_gives_one_signal(judge, pieces):
    text = "".join(pieces)

    assert judge(f"The report says 71 and {text}", f"{REPORTS[0]['context']}\n{text}").check == "entities"
