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
