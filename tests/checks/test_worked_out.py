"""Figures that an answer has worked out from a report, and those that nothing gives."""

import pytest

from leadline.checks.inline.entities import Entities
from leadline.vocabulary import Verdict

INCOME = """Larkmere Holdings, income statement (in thousands of EUR)

| Item | FY2023 | FY2024 |
|---|---|---|
| Product sales | 212,380 | 231,915 |
| Services | 97,645 | 104,230 |
| Licences | 18,402 | 21,877 |
| Cost of sales | 188,364 | 203,887 |
| Research | 48,912 | 45,310 |
| Administration | 32,770 | 38,461 |
"""


@pytest.fixture(scope="module")
def verdict(answered):
    def verdict(answer, context=INCOME, prompt="How did the year go?"):
        return Entities().inspect(answered(answer, question={"prompt": prompt, "context": context})).verdict

    return verdict


@pytest.mark.parametrize(
    "answer",
    [
        "All three sources of revenue together came to EUR 358,022 thousand in FY2024.",
        "Research took 12.7 % of the total of EUR 358,022 thousand in FY2024.",
        "Product sales made up 64.78 % of total revenue in FY2024.",
        "Without research and administration, costs of EUR 203,887 thousand would be 70.9 % of all costs.",
        "Product sales and services grew by 8.4 % together in FY2024.",
    ],
)
def test_what_follows_from_the_figures_of_a_report_passes(verdict, answer):
    assert verdict(answer) is Verdict.PASS


@pytest.mark.parametrize(
    "answer",
    [
        "All three sources of revenue together came to EUR 361,577 thousand in FY2024.",
        "Services grew by 14.9 % in FY2024.",
        "Product sales came to EUR 231,951 thousand in FY2024.",
    ],
)
def test_what_nothing_gives_is_flagged(verdict, answer):
    assert verdict(answer) is Verdict.FAIL


def test_the_table_of_an_answer_is_read_with_the_scale_of_its_headers(verdict):
    table = "| Year | Product sales (EUR m) | Services (EUR m) |\n|---|---|---|\n"

    assert verdict(f"{table}| 2023 | 212.4 | 97.6 |\n| 2024 | 231.9 | 104.2 |") is Verdict.PASS
    assert verdict(f"{table}| 2023 | 97.6 | 212.4 |\n| 2024 | 231.9 | 104.2 |") is Verdict.FAIL


def test_a_figure_without_a_scale_is_in_that_of_the_one_beside_it(verdict):
    answer = "Licences and services brought in EUR 126.1 million in FY2024 (21.877 + 104.23)."

    assert verdict(answer) is Verdict.PASS
    assert verdict(answer.replace("104.23", "140.23")) is Verdict.FAIL


BALANCES = """Balances of Hartwick Energy, figures thousands of EUR or USD

| | 2024 | 2023 |
|---|---|---|
| Cash | 48,912 | 45,310 |
| Debt | 212,380 | 231,915 |

Departure of the board 2026-02-14T07:25. The rate was 1 EUR = 1.0850 USD at the end of 2024.
"""
METER = """Zählerstände

| | 2023 | 2024 |
|---|---|---|
| Verbrauch | 3.517 | 3.284 kWh |
| Preis je kWh | 0,31 EUR | 0,33 EUR |
"""


@pytest.mark.parametrize(
    ("right", "wrong", "context"),
    [
        ("Cash stood at 48.9 million in 2024.", "Cash stood at 48.9 billion in 2024.", BALANCES),
        ("The board departs at 07:25.", "The board departs at 07:52.", BALANCES),
        (
            "At the rate of 1.0850 the cash of EUR 48.9 million in 2024 is about USD 53.1 million.",
            "At the rate of 1.0850 the cash of EUR 48.9 million in 2024 is about USD 45.1 million.",
            BALANCES,
        ),
        ("Der Verbrauch sank 2024 um 233 kWh.", "Der Verbrauch sank 2024 um 323 kWh.", METER),
    ],
)
def test_scales_times_and_rates_of_a_source_are_carried_over(verdict, right, wrong, context):
    assert verdict(right, context) is Verdict.PASS
    assert verdict(wrong, context) is Verdict.FAIL


def test_the_item_of_a_list_that_comes_from_another_column_is_flagged(verdict):
    right = "- Product sales: 231,915\n- Services: 104,230\n- Licences: 21,877\n- Research: 45,310"

    assert verdict(right) is Verdict.PASS
    assert verdict(right.replace("21,877", "18,402")) is Verdict.FAIL
    assert verdict(right.replace("21,877", "18,402 (2023)")) is Verdict.PASS


def test_two_columns_exchanged_within_one_item_are_flagged(verdict):
    right = "- Product sales: 231,915 (before: 212,380)\n- Services: 104,230 (before: 97,645)\n"
    right += "- Licences: 21,877 (before: 18,402)"

    assert verdict(right) is Verdict.PASS
    assert verdict(right.replace("21,877 (before: 18,402)", "18,402 (before: 21,877)")) is Verdict.FAIL


@pytest.mark.parametrize("sign", ["*", "\u00d7", "x"])
def test_a_sum_that_the_answer_writes_out_is_reckoned(verdict, sign):
    contract = (
        "Charge: USD 1,850 per cabinet for cabinets 1 to 20 and USD 1,620 for each further one. 26 cabinets."
    )
    written = f"Cabinets: 20 {sign} $1,850 + 6 {sign} $1,620 = $"

    assert verdict(f"{written}46,720 per month", contract) is Verdict.PASS
    assert verdict(f"{written}47,620 per month", contract) is Verdict.FAIL


def test_rates_below_their_base_are_rates_of_it(verdict):
    rates = "| Currency | Average | Closing |\n|---|---|---|\n| USD | 1.0800 | 1.0400 |"
    told = "Larkfield had revenue of USD 43.2 million and assets of USD 36.4 million."
    report = f"Foreign currency per EUR 1:\n\n{rates}\n\n{told}"

    assert verdict("Its revenue of USD 43.2 million is EUR 40.0 million.", report) is Verdict.PASS
    assert verdict("Its revenue of USD 43.2 million is EUR 46.7 million.", report) is Verdict.FAIL
