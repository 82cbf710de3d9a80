"""What the answer cites was given to it, and says what it is cited for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.checks.inline.citations import Citations
from leadline.vocabulary import FailureKind, Verdict

NUMBERED = """[1] Orders shipped within the European Union arrive within three working days.
[2] Batteries and aerosols travel by road only and need a declaration of the sender.
[3] Returned goods are refunded within fourteen days once the warehouse has counted them.
"""
NAMED = """Source 1: The pump delivers 40 litres a minute at 3 bar. See https://pumps.example/manual/p40.
Source 2: The filter has to be changed after 500 hours of operation.
"""
TAGGED = """<document index="1">The lease ends on 31 March 2027.</document>
<document index="2">The deposit is three months' rent.</document>
"""


def judged(answered, source, text, **settings):
    return Citations(**settings).inspect(answered(text, question={"context": source}))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (NUMBERED, "Your order arrives within three working days [1]."),
        (NUMBERED, "Your order arrives within three working days. [1]"),
        (NUMBERED, "Aerosols go by road [2], and refunds take fourteen days[3]."),
        (NUMBERED, "Batteries need a declaration of the sender and travel by road only (Source 2)."),
        (NUMBERED, "All of this is in the conditions of delivery [1-3]."),
        (NUMBERED, "All of this is in the conditions of delivery [1, 2,3]."),
        (NUMBERED, "The warehouse counts returned goods before they are refunded【3†source】."),
        (NUMBERED, "Sendungen innerhalb der Union sind nach drei Werktagen da [1]."),
        (
            NUMBERED,
            "It is so.\n\nSources:\n[1] Orders shipped within the Union\n[3] Returned goods",
        ),
        (NAMED, "It delivers 40 litres a minute [Source 1] (https://pumps.example/manual/p40)."),
        (NAMED, "Change the filter after 500 hours of operation [2]."),
        (TAGGED, "The lease ends on 31 March 2027 [1]; the deposit is three months' rent [2]."),
    ],
)
def test_a_citation_of_what_was_given_holds(answered, source, text):
    assert judged(answered, source, text).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("source", "text", "why"),
    [
        (NUMBERED, "Your order arrives within three working days [4].", "[4] is none of the 3 sources"),
        (NUMBERED, "All of this is in the conditions [1-5].", "2 of 5"),
        (NUMBERED, "Returns are free (Source 9).", "none of the 3"),
        (NUMBERED, "Batteries and aerosols travel by road and need a declaration [3].", "other sources"),
        (NUMBERED, "Returned goods are refunded within fourteen days. [2]", "other sources"),
        (NAMED, "It delivers 40 litres (https://pumps.example/manual/p90).", "an address"),
        (TAGGED, "The landlord may enter at any time [3].", "none of the 2"),
    ],
)
def test_a_citation_of_what_was_not_given_is_told(answered, source, text, why):
    signal = judged(answered, source, text)

    assert (signal.verdict, signal.kind) == (Verdict.FAIL, FailureKind.QUALITY_HALLUCINATION)
    assert why in signal.evidence
    assert not any(word in signal.evidence for word in ("Returned", "pumps", "landlord")), "no text leaks"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("There are no numbered sources here at all.", "It is so [1]."),
        (NUMBERED, "It arrives within three working days."),
        (NUMBERED, "Write `rows[7]` or\n```\nvalues[9] = rows[8]\n```"),
        (NUMBERED, "See https://carrier.example/track for the parcel."),
    ],
)
def test_what_cites_nothing_is_not_judged(answered, source, text):
    assert judged(answered, source, text).verdict is Verdict.NOT_APPLICABLE


def test_asked_for_citations_are_missed(answered):
    long = "Orders arrive within three working days and returned goods are refunded soon. " * 4

    signal = judged(answered, NUMBERED, long, required=True)
    assert (signal.verdict, signal.kind) == (Verdict.FAIL, FailureKind.QUALITY_FORMAT)
    assert judged(answered, NUMBERED, "Yes.", required=True).verdict is Verdict.NOT_APPLICABLE
    assert judged(answered, "no sources", long, required=True).verdict is Verdict.NOT_APPLICABLE


def test_a_source_over_the_cap_is_skipped_and_says_so(answered):
    signal = judged(answered, NUMBERED * 100, "So it is [1].", cap_chars=2000)
    assert signal.verdict is Verdict.SKIPPED


@given(text=st.text(alphabet="[]()1239,-^ .\n:/hptsource【】†a", max_size=200))
def test_any_text_is_judged(answered, text):
    signal = judged(answered, NUMBERED, text)
    assert signal.score is None or 0 <= signal.score <= 1
