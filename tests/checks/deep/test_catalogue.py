"""What an answer says of known things is held against a user's table."""

import json
from random import Random
from typing import Any

import pytest
from tests.checks.deep.exams import exam, tools

from leadline.checks.deep import Unavailable
from leadline.checks.deep.catalogue import Catalogue
from leadline.vocabulary import FailureKind, Verdict

TABLE = """name,sku,price,currency,weight_kg
Trail Runner 2,TR-2001,89.90,EUR,0.6
Trail Runner 2 Pro,TR-2002,"1,299.00",EUR,0.7
Summit Tent,ST-0420,249,EUR,3.2
"""


def check(**settings):
    given = {"file": "p.csv", "names": ["name"], "ids": ["sku"], "figures": ["weight_kg"]} | settings
    return Catalogue(**given).start(tools(files={"p.csv": TABLE}))


async def verdict(answer, **settings):
    [found] = await check(**settings).inspect(exam(answer))
    return found


@pytest.mark.parametrize(
    "answer",
    [
        "The Trail Runner 2 costs €89.90.",
        "The trail runner 2 pro is 1.299,00 EUR; the Summit Tent is 249 euros.",
        "Summit Tent (ST-0420): weight kg 3.2, 249 €.",
        "You get the Summit Tent for EUR 249.00 today.\n\nShipping is 4.90 EUR.",
        "The Summit Tent costs 249 today, and the Trail Runner 2 is priced at 89.90.",
    ],
)
async def test_the_right_price_passes_in_every_notation(answer):
    assert (await verdict(answer)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("The Trail Runner 2 costs €98.90.", "€98.90 instead of 89.90 EUR"),
        ("The Trail Runner 2 Pro is €89.90.", "€89.90 instead of 1,299.00 EUR"),
        ("The Summit Tent costs $249.", "$249 instead of 249 EUR"),
        ("The Trail Runner 2 costs 98.90 today.", "98.90 instead of 89.90 EUR"),
        ("Das Summit Tent kostet nur 294.", "294 instead of 249 EUR"),
        ("The Summit Tent costs SEK 249.", "SEK 249 instead of 249 EUR"),
        ("The Summit Tent costs ₹249.", "₹249 instead of 249 EUR"),
        ("Order the Summit Tent as ST-0421.", "ST-0421 instead of ST-0420"),
        ("Summit Tent: weight kg 2.3.", "2.3 instead of 3.2"),
    ],
)
async def test_another_price_currency_id_or_figure_is_a_hallucination(answer, shown):
    found = await verdict(answer)

    assert (found.verdict, found.kind) == (Verdict.FAIL, FailureKind.QUALITY_HALLUCINATION)
    assert shown in found.evidence


@pytest.mark.parametrize(
    "answer",
    [
        "The Summit Tent costs 20 % less than before.",
        "The Summit Tent costs 3 times as much.",
        "The Summit Tent is delivered in 3 days and weighs 3.2 kg.",
        "Setting up the Summit Tent costs 15 minutes at most, or 2 h with children.",
    ],
)
async def test_what_is_no_price_is_not_compared(answer):
    assert (await verdict(answer)).verdict is Verdict.NOT_APPLICABLE


async def test_without_a_known_thing_there_is_nothing_to_compare():
    assert (await verdict("Everything costs 5 EUR.")).verdict is Verdict.NOT_APPLICABLE


def test_a_table_that_is_absent_or_lacks_a_column_says_so():
    with pytest.raises(Unavailable, match="has no column 'cost'"):
        check(money=["cost"])
    with pytest.raises(Unavailable, match="nothing would be compared"):
        check(money=[], ids=[], figures=[])
    with pytest.raises(Unavailable, match="cannot be read"):
        Catalogue(file="p.json").start(tools(files={"p.json": "[1]"}))


async def test_json_works_too():
    rows = [{"name": "Summit Tent", "price": 249.5}]
    one = Catalogue(file="p.json").start(tools(files={"p.json": json.dumps(rows)}))
    found: Any = (await one.inspect(exam("The Summit Tent is $249.50.")))[0]

    assert found.verdict is Verdict.PASS


PHRASINGS = (
    "The {name} costs {price}.",
    "Sure! Our {name} is available for {price}, with free delivery.",
    "- {name}: {price}\n- delivery in three days",
    "Of the two, the {name} (in stock) is the better choice at {price} per piece.",
)


async def test_every_wrong_price_is_found_and_no_right_one_flagged():
    chance = Random(11)  # noqa: S311 - the same in each run
    names = [
        f"{first} {second} {n}" for n in (1, 2) for first in ("Alpine", "Nordic") for second in ("Mug", "Bag")
    ]
    prices = {name: round(chance.uniform(3, 4000), 2) for name in names}
    table = "name,price\n" + "".join(f"{name},{price}\n" for name, price in prices.items())
    one = Catalogue(file="c.csv").start(tools(files={"c.csv": table}))
    wrong = []
    for number in range(300):
        name, changed = chance.choice(names), number % 2 == 0
        price = round(prices[name] * chance.choice([0.9, 1.1, 1.5]) + 0.07, 2) if changed else prices[name]
        said = chance.choice([f"€{price:,.2f}", f"{price:,.2f} €".translate(str.maketrans(",.", ".,"))])
        answer = chance.choice(PHRASINGS).format(name=name, price=said)
        found: Any = (await one.inspect(exam(answer)))[0]
        if (found.verdict is Verdict.FAIL) != changed:
            wrong.append((name, said, found))

    assert wrong == []
