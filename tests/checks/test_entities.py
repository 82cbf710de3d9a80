"""Figures and names of an answer against what its source says."""

import gzip
import json
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.checks.inline.entities import Entities
from leadline.vocabulary import FailureKind, Verdict

REPORT = (
    "Quarterly report of Halden Energy. Revenue in the third quarter reached EUR 3.9 million, which is 12 % "
    "more than a year ago. The plant in Bergen delivered 1,234.5 MWh and employs forty people. Chief "
    "executive Ingrid Solheim expects 3,912,345 euros for the year 2027. The World Health Organization was a "
    "customer. The next report follows on 14 March 2028. Costs fell to $250 per unit in all three regions."
)
NAMES = """
Marcus Feldheim, Ilse Brandauer, Dr. Elena Petrova, Senator Whitfield, Okonkwo, O'Malley, Jean-Luc Perrault,
Xantrel, Brightwater Holdings, Nordvik AS, Quantico Labs, ZTX, Pfizer, University of Tartu, IKEA, Ljubljana,
Reykjavik, Nairobi, Saskatchewan, Lake Baikal, New Delhi, Zürich, Tasmania, Mount Kenya"""
ENTITIES = [name.strip() for name in NAMES.split(",")]


@pytest.fixture(scope="module")
def judge(answered):
    def judge(text, *, prompt="Summarise the report.", context=REPORT, **question):
        return Entities().inspect(answered(text, question={"prompt": prompt, "context": context, **question}))

    return judge


def test_digits_without_end_are_no_figure(judge):
    """Infinite as numbers, they would make arithmetic warn."""
    endless = "9" * 2000

    assert judge(f"Revenue reached EUR 3.9 million. Reference {endless}.").verdict is Verdict.PASS
    assert judge("Revenue reached EUR 4.9 million.", context=f"{REPORT} {endless}").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "text",
    [
        "Halden Energy had revenue of 3.9 million euros in the quarter, 12 percent more than a year ago.",
        "Revenue of the quarter reached €3,900,000, and the plant in Bergen delivered 1.234,5 MWh.",
        "The report says that 40 people work in the plant, in 3 regions.",
        "Ingrid Solheim, the chief executive, expects about 3.91 million for the year 2027.",
        "The WHO was a customer; the next report follows on March 14, 2028.",
        "Summary of the report:\n1. Revenue reached 3.9 million\n2. Costs fell to 250 dollars\n3. Regions",
        "### Key Findings\n**Strong Growth:** revenue in the third quarter reached EUR 3.9 million.",
        "Solheim's report expects growth. However, costs fell in all regions of the plant.",
    ],
)
def test_what_the_source_says_in_other_words_passes(judge, text):
    signal = judge(text)

    assert (signal.verdict, signal.score) == (Verdict.PASS, 1.0), signal.evidence


@pytest.mark.parametrize(
    ("text", "stranger"),
    [
        ("Revenue in the third quarter reached EUR 4.7 million.", "4.7 million"),
        ("Revenue in the third quarter reached EUR 3.9 billion.", "3.9 billion"),
        ("Revenue in the third quarter rose by 13 %.", "13 %"),
        ("Revenue of the quarter reached USD 3.9 million in the report.", "3.9 million"),
        ("The plant delivered 1,243.5 MWh in the third quarter.", "1,243.5"),
        ("Revenue of the third quarter was good, according to Marcus Feldheim.", "Marcus Feldheim"),
        ("Brightwater is a customer of the plant, the report says.", "Brightwater"),
        ("The chief executive Ingrid Hansen expects more revenue.", "Ingrid Hansen"),
        ("The next report follows in August and costs fell.", "August"),
        ("The next report follows on 14 March 2029.", "2029"),
    ],
)
def test_a_figure_or_name_from_nowhere_is_a_hallucination(judge, text, stranger):
    signal = judge(text)

    assert signal.verdict is Verdict.FAIL
    assert signal.kind is FailureKind.QUALITY_HALLUCINATION
    assert stranger in signal.evidence
    assert 0 <= signal.score < 1


CHRONICLE = (
    "The band was formed in 1987, long after the war that ended in 1945. Its hall was built in 1923 and "
    "holds 1,985 seats. The tour ran from 1992 until 1998. The treaty of 1648 was signed in the same town."
)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("The war ended in the 1940s, long before the tour.", Verdict.PASS),
        ("The band was formed in the mid-1980s, after the war.", Verdict.PASS),
        ("The band was formed in the late '80s, after the war.", Verdict.PASS),
        ("The treaty of the 17th century was signed in the same town.", Verdict.PASS),
        ("The war ended in the 1950s, long before the tour.", Verdict.FAIL),
        ("The band was formed in the 70s, after the war.", Verdict.FAIL),
        ("The treaty of the 16th century was signed in the same town.", Verdict.FAIL),
        ("The war ended in 1950, long before the tour.", Verdict.FAIL),
        ("The band was formed in 1990, after the war.", Verdict.FAIL),
        ("The tour ran from 1990 until 1998.", Verdict.FAIL),
    ],
)
def test_a_year_is_no_rounded_figure_and_lies_in_its_decade_and_century(judge, text, verdict):
    signal = judge(text, context=CHRONICLE)

    assert signal.verdict is verdict, signal.evidence


PLAYERS = (
    "Ina Holm (born 8 June 1983) is a former tennis player from Oslo.Vera Lind (born 15 January 1975) is a "
    "retired tennis professional who played on the tour."
)


def test_a_sentence_of_the_source_is_right_word_for_word(judge):
    said = "Vera Lind (born 15 January 1975) is a retired tennis professional who played on the tour."

    assert judge(said, context=PLAYERS).verdict is Verdict.PASS
    assert judge(said.replace("15 January 1975", "8 June 1984"), context=PLAYERS).verdict is Verdict.FAIL


def test_the_score_is_the_share_that_the_source_supports(judge):
    signal = judge(
        "Revenue of Halden Energy was 3.9 million in the third quarter, then 5.1 million, not 12 %."
    )

    assert signal.score == pytest.approx(3 / 4)


def test_evidence_is_short_and_masks_what_looks_personal(judge):
    signal = judge(
        "Revenue of the quarter: ask 0041 79 123 45 67, or 4111111111111111; report 71, 72, 73 and 74."
    )

    assert signal.verdict is Verdict.FAIL
    assert "4111" not in signal.evidence
    assert "more" in signal.evidence
    assert len(signal.evidence) <= 200


def test_german_figures_are_read_and_german_nouns_are_no_names(judge):
    source = (
        "Der Umsatz im dritten Quartal betrug 3,9 Millionen Euro und ist damit um 12 Prozent höher als im "
        "Vorjahr. Das Werk in Bergen hat 1.234,5 MWh geliefert und beschäftigt 40 Leute, die von der "
        "Zentrale bezahlt werden."
    )

    right = judge(
        "Der Umsatz betrug 3,9 Millionen Euro und das Werk ist mit 1.234,5 MWh dabei.", context=source
    )
    wrong = judge(
        "Der Umsatz betrug 4,2 Millionen Euro und das Werk ist mit 1.234,5 MWh dabei.", context=source
    )

    assert right.verdict is Verdict.PASS
    assert "4,2" in wrong.evidence


def test_general_chat_leans_on_nothing_and_is_not_judged(judge):
    text = "To Kill a Mockingbird by Harper Lee appeared in 1960, and Dune by Frank Herbert in 1965."

    assert judge(text, context="", prompt="Tell me a good book").verdict is Verdict.NOT_APPLICABLE
    assert judge(text).verdict is Verdict.NOT_APPLICABLE


def test_documents_in_a_system_prompt_or_a_long_prompt_are_a_source(judge):
    text = "Revenue in the third quarter reached EUR 4.7 million."

    assert "4.7" in judge(text, prompt="Report?", context=REPORT, system=REPORT).evidence
    assert judge(text, prompt=f"Summarise: {REPORT}", context="").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("instructions", "prompt", "text"),
    [
        (
            "You are Max of Acme Telecom. Answer politely in at most 3 sentences, and promise no refunds.",
            "Hi",
            "Hi! I'm Max from Acme Telecom. How can I help you with your Samsung phone, or 2 bills?",
        ),
        (
            "You answer questions on history. Give dates and names, be concise and cite no sources at all.",
            "Who was the first emperor of Rome?",
            "Augustus, born Gaius Octavius in 63 BC, was the first emperor of Rome, until AD 14.",
        ),
        (
            "The database is PostgreSQL with the table customers(id, name, country). Answer with a query.",
            "Customers by country?",
            "SELECT country, COUNT(*) FROM customers GROUP BY country HAVING COUNT(*) > 10;",
        ),
        ("Translate what the user writes to French, and give nothing but that translation.", "Paris", "42!"),
    ],
)
def test_instructions_in_a_system_prompt_are_no_source(judge, instructions, prompt, text):
    signal = judge(text, prompt=prompt, context=instructions, system=instructions)

    assert signal.verdict is Verdict.NOT_APPLICABLE


def test_words_of_the_callers_schema_are_known(judge):
    schema = b'{"properties": {"risk": {"enum": ["HIGH", "LOW"]}, "revenue": {"type": "string"}}}'
    text = '{"risk": "HIGH", "revenue": "3.9 million"}'

    assert judge(text, schema_json=schema).verdict is Verdict.PASS
    assert judge(text).verdict is Verdict.FAIL


@given(
    st.lists(
        st.sampled_from([*REPORT.split(), "Qatar", "7.5%", "x_Y-z", "ibid.", "\x1f", "42nd"]), min_size=1
    )
)
def test_a_letter_beyond_ascii_changes_nothing_about_the_words_around_it(judge, pieces):
    text = " ".join(pieces)
    plain, beyond = judge(text), judge(f"{text}\n\u2014", context=f"{REPORT}\n\u2014")

    assert (plain.verdict, plain.score) == (beyond.verdict, beyond.score)


def test_a_source_over_the_cap_is_skipped_with_the_reason(judge):
    signal = judge("Revenue reached 4.7 million in the third quarter.", context=REPORT * 30)

    assert signal.verdict is Verdict.SKIPPED
    assert "cap" in signal.evidence


@given(text=st.text(st.characters(), max_size=400), context=st.text(st.characters(), max_size=400))
@settings(max_examples=200)
def test_any_text_gives_one_signal(judge, text, context):
    assert judge(text, context=REPORT + context).check == "entities"
    assert len(judge(f"The report: {text} 71 {context}").evidence) <= 200


@given(value=st.integers(min_value=1_000, max_value=10**12))
def test_the_notation_of_a_figure_does_not_matter(judge, value):
    source = f"{REPORT} The total of the report was {value}."
    for written in (f"{value}", f"{value:,}", f"{value:,}".replace(",", "."), f"{value:,}".replace(",", "'")):
        signal = judge(f"The total of the report was {written} in the quarter.", context=source)
        assert signal.verdict is Verdict.PASS, written


def seconds(judge, context, text):
    started = time.thread_time()  # of computing: other tests run beside it
    judge(text, context=context)
    return time.thread_time() - started


def repeated(unit, size):
    """So much of the unit, its number in the place of `#`."""
    pieces = [unit.replace("#", str(number)) for number in range(size // len(unit))]
    return "".join(pieces)[:size]


UNITS = (
    *(" ", "1", "A", "1.", "A ", "**", "\n", "a:", "€1", "A.", "- **", "1'", "-", "\t", "s's", "("),
    *("Qx# ", "Q#X is ", "Qx# said. ", "Sales rose to #. ", "It rose from # to 7#. ", "the cost was #, "),
    *("|a#|#|2#|\n", "row#  #  5#\n", "a#\t#\t5#\n", "item#,#,5#,7#\n", "|#", "(# ", "key #: # kg\n", "\n# "),
    *(
        "1 EUR = 1.# USD. ",
        "EUR/USD 1.#\n",
        "4 May 19#, ",
        "January # ",
        "Q3 20#: #, ",
        "$#m ",
        "1# hours and ",
    ),
)


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_the_text_and_no_faster(judge, unit):
    def least(size):
        text = repeated(unit, size)
        return min(seconds(judge, REPORT + text, f"The report {text}") for _ in range(4))

    assert least(7_000) < 25 * least(700)


@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_much_longer_than_a_report_of_its_length(judge, unit):
    report, rises = (REPORT * 30)[:7_000], repeated("Sales rose to #. ", 7_000)
    usual = min(seconds(judge, report, report) for _ in range(3))

    assert min(seconds(judge, REPORT + repeated(unit, 7_000), rises) for _ in range(2)) < 6 * usual


def test_a_list_of_numbers_is_skipped_with_the_reason(judge):
    signal = judge("Revenue reached 4.7 million in the third quarter.", context=REPORT + " 7" * 2_000)

    assert signal.verdict is Verdict.SKIPPED
    assert "list of numbers" in signal.evidence


def faithful_answers(data):
    with gzip.open(data / "labelled" / "halluc_ragtruth_qa.jsonl.gz") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["label"] == 0]


def a_figure(chance, source):
    while True:
        number = chance.choice(
            [chance.randint(13, 99), chance.randint(101, 9999), chance.randint(10_000, 9_999_999)]
        )
        written = chance.choice(
            [
                f"{number}",
                f"{number:,}",
                f"{chance.randint(11, 99)} %",
                f"${number % 900}.{number % 9} million",
            ]
        )
        numeral = re.sub(r"[^\d.]", "", written)
        if numeral not in source.replace(",", ""):
            return written


def fabrications(row, chance):
    """The faithful answer with one figure or name put into it, in each of several ways."""
    answer, source = row["answer"].rstrip(), row["context"] + row["question"]
    figure = a_figure(chance, source)
    name = chance.choice([e for e in ENTITIES if e.split()[-1].lower() not in source.lower()])
    gaps = [match.end() for match in re.finditer(r"[a-z]{2}(?= [a-z])", answer)]
    starts = [match.end() for match in re.finditer(r"[.!?] (?=[A-Z])", answer)] or [0]
    gap, start = chance.choice(gaps), chance.choice(starts)
    verb = chance.choice(["has", "said", "announced", "is", "confirmed"])
    yield "figure inserted", f"{answer[:gap]} about {figure}{answer[gap:]}"
    yield "figure appended", f"{answer} In total this amounts to {figure}."
    yield "name inserted", f"{answer[:gap]}, according to {name},{answer[gap:]}"
    yield "name appended", f"{answer} This was confirmed by {name} last year."
    yield "name opening", f"{answer[:start]}{name} {verb} the same. {answer[start:]}"
    figures = list(re.finditer(r"(?<![\w.,])\d[\d,.]*\d(?!\w)", answer))
    if figures:
        old = chance.choice(figures)
        new = re.sub(r"\d", lambda _: str(chance.randint(1, 9)), old.group())
        if new not in source:
            yield "figure replaced", answer[: old.start()] + new + answer[old.end() :]
    known_names = list(re.finditer(r"(?<=[a-z] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*", answer))
    if known_names:
        old = chance.choice(known_names)
        yield "name replaced", answer[: old.start()] + name + answer[old.end() :]


def test_a_fabricated_figure_or_name_is_caught_and_faithful_answers_pass(data, answered):
    check = Entities(cap_chars=20_000)
    chance = random.Random(20261101)  # noqa: S311  a seed makes the figures repeat
    rows = faithful_answers(data)

    def strangers(row, text):
        question = {"prompt": row["question"], "context": row["context"]}
        return check.inspect(answered(text, question=question))

    false_flags = sum(strangers(row, row["answer"]).verdict is Verdict.FAIL for row in rows)
    tried: dict[str, list[bool]] = {}
    for row in rows:
        before = strangers(row, row["answer"])
        for way, text in fabrications(row, chance):
            after = strangers(row, text)
            newly = after.verdict is Verdict.FAIL and after.evidence != before.evidence
            tried.setdefault(way, []).append(newly)

    caught = [hit for hits in tried.values() for hit in hits]
    print({way: f"{sum(hits) / len(hits):.3f} of {len(hits)}" for way, hits in tried.items()})  # noqa: T201
    print(f"false flags {false_flags / len(rows):.3f} of {len(rows)}")  # noqa: T201
    assert sum(caught) / len(caught) >= 0.98
    assert false_flags / len(rows) <= 0.07
