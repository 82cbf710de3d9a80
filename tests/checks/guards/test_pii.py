"""Personal data that has a form."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.checks.guards.pii import Pii
from leadline.vocabulary import Place

GUARD = Pii()


def found(text):
    return [(one.label, text[one.start : one.end]) for one in GUARD.scan(text, Place.OUTPUT)]


@pytest.mark.parametrize(
    ("sort", "written"),
    [
        ("email", "jane.doe+news@mail.example.co.uk"),
        ("email", "jörg@bücher.example"),
        ("iban", "GB29 NWBK 6016 1331 9268 19"),
        ("iban", "de89370400440532013000"),
        ("card", "4111 1111 1111 1111"),
        ("card", "378282246310005"),
        ("ssn", "460-89-9847"),
        ("ip", "36.160.14.148"),
        ("ip", "2001:db8:85a3::8a2e:370:7334"),
        ("phone", "+49 (0)30 1234-5678"),
        ("phone", "(415) 555-2671"),
        ("phone", "0680 298 70 63"),
        ("phone", "001-518-640-0854"),
        ("phone", "(688)709-3132x5353"),
        ("phone", "+(370) 498 93251"),
        ("phone", "8 (495) 223-45-67"),
        ("card", "2202 4464 0610 4239"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "it is {}.", "({})", "a: {}\nb: 12"])
def test_what_has_a_form_is_found_exactly_as_it_is_written(sort, written, around):
    assert found(around.format(written)) == [(sort, written)]


@pytest.mark.parametrize(
    "text",
    [
        "please call me on 9472 7916",
        "Phone: 451 5986",
        "416 60 039 office",
        "Telefon: 78 651 450",
        "fax 28-64-66-98",
    ],
)
def test_a_local_number_is_a_telephone_number_beside_a_word_that_says_so(text):
    assert [sort for sort, _ in found(text)] == ["phone"]


@pytest.mark.parametrize(
    "text",
    [
        "name,mobile,since\nAnna,91 234 567,2024\nBo,22 435 18 45,2025\n",
        "| name | Telefon |\n| --- | --- |\n| Anna | 22 435 18 45 |\n| Bo | 91 234 567 |\n",
        "2026-03-18T08:15:01Z INFO [615] telephone=606 606 267 status=200, then homePhone: 606606268",
    ],
)
def test_a_key_or_the_head_of_its_column_makes_a_number_a_telephone_number(text):
    assert {sort for sort, _ in found(text)} == {"phone"}


def test_a_column_of_something_else_makes_it_none():
    assert found("name,visitors\nAnna,91 234 567\nBo,22 435 18 45\n") == []


def test_an_address_is_found_without_the_key_before_it():
    assert found("email=jane@example.com&x=1") == [("email", "jane@example.com")]


def test_a_card_of_no_known_issuer_is_one_where_the_text_says_so():
    assert found("my credit card 9187880345503362 is lost") == [("card", "9187880345503362")]
    assert found("tracking 9187880345503362 is lost") == []


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "IMEI 356549043522438",
        "IE89 HVBH 6687 8349 3339 97 and GB03 OXHL 0046 1778 7354 57 have wrong digits",
        "order 813-1530266-5519039",
        "see section 4.2.1.6, GCC 2.7.2.3 and Chrome/120.0.0.0 in 10.0.0.0/8",
        "shard 0045-0064, SKU 09-4352-3698, PMID 00758576",
        "GB29 NWBK 6016 1331 9268 18",
        "order 9472 7916 left the house",
        "at 1696118400000 ms",
        "from 2012-10-01 00:46:43 to 11/22/2000",
        "build 10.0.19041.1, version 1.2.3.4",
        "127.0.0.1 and ::1 and std::vector<a::b>",
        "000-12-3456 and 900-12-3456 and 123-45-0000",
        "price 1,234,567.89 EUR, 12345678 $, 3.14159265358979",
        "7b9f8c1e-1234-4abc-9def-123456789012",
        "an @mention, a@b, user@localhost",
        "urn:isbn:0451450523 and sha256:12345678901234567890",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text):
    assert found(text) == []


def test_only_the_sorts_asked_for_are_found():
    text = "jane@example.com, 460-89-9847"

    assert [one.label for one in Pii(sorts=("ssn",)).scan(text, Place.OUTPUT)] == ["ssn"]


@given(st.text(alphabet=st.sampled_from("0123456789 .-()+@a:GB\n"), max_size=200))
def test_no_two_findings_share_a_letter(text):
    spans = sorted((one.start, one.end) for one in GUARD.scan(text, Place.OUTPUT))

    assert all(start < end for start, end in spans)
    assert all(end <= following for (_, end), (following, _) in pairwise(spans))


def test_what_is_the_houses_own_is_allowed_and_so_is_every_address_of_its_hosts():
    guard = Pii(allowed=("+49 30 2345678", "@shop.example", "press@news.example"))

    def left(text):
        return [text[one.start : one.end] for one in guard.scan(text, Place.OUTPUT)]

    assert left("Call +49 (30) 234-5678 or write to Help@Shop.example or press@news.example.") == []
    assert left(
        "Call +49 30 2345679, write to jane@news.example, x@evil.shop.example, me@notshop.example"
    ) == [
        "jane@news.example",
        "x@evil.shop.example",
        "me@notshop.example",
        "+49 30 2345679",
    ]


@pytest.mark.parametrize("entry", ["", " - ", "@"])
def test_an_entry_that_would_allow_nothing_is_refused(entry):
    with pytest.raises(ValueError, match="names nothing"):
        Pii(allowed=(entry,))
