"""Data carried out in links and images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.checks.guards.exfiltration import Exfiltration
from leadline.vocabulary import FailureKind, Place

GUARD = Exfiltration(allowed_hosts=("example.com",))
SECRET = "c2VjcmV0OiBvdXIgcHJpY2UgaXMgNDIgZG9sbGFycw"


def labels(text, place=Place.OUTPUT):
    return [one.label for one in GUARD.scan(text, place)]


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.test/p.png)",
        "![x]( <https://evil.test/p.png?q=1> )",
        "![x](//evil.test/p.png)",
        "[![logo](https://evil.test/p.png)](https://example.com)",
        '<img alt="a" src="https://evil.test/p.png">',
        "<IMG SRC=https://evil.test/p.png>",
        '<img srcset="https://evil.test/a.png 2x">',
        "<div style=\"background:url('https://evil.test/p.png')\">",
        "![chart][c]\n\n[c]: https://evil.test/p.png",
        "![c]\n\n[C]: <https://evil.test/p.png>",
        "![x](https://example.com.evil.test/p.png)",
        "![x](https://example.com@evil.test/p.png)",
        "![x](https:\\\\evil.test\\p.png)",
        "![x](http://203.0.113.9/p.png)",
        "![x](            https://evil.test/p.png)",
        "![x](http:/evil.test/p.png)",
        "![x](https:///evil.test/p.png)",
        "![a [b](c) d](https://evil.test/p.png)",
        "![chart][c]\n\n[c]:\n   https://evil.test/p.png",
        "> ![chart][ C  d]\n>\n> - [c D]: https://evil.test/p.png",
        "![a [b] c][x]\n\n[x]: https://evil.test/p.png",
        "![x](https://example.com,.evil.test/p.png)",
        "![x](https://example.com:" + "a" * 300 + "@evil.test/p.png)",
        '<img src="https://example.com\n.evil.test/p.png">',
        '<img src="/\t/evil.test/p.png">',
        "<img src=http:evil.test/p.png>",
        '<img alt="a>b" src="https://evil.test/p.png">',
        '<table background="https://evil.test/p.png">',
        '<meta http-equiv="refresh" content="0;url=https://evil.test/p">',
        '<svg><use href="https://evil.test/p#a"/></svg>',
        '<style>@import "https://evil.test/p.css";</style>',
        "![x](http://[2001:db8::1]/p.png)",
    ],
)
def test_an_image_of_a_foreign_host_is_found_however_it_is_written(text):
    assert labels(text) == ["image"]


@pytest.mark.parametrize(
    "address",
    [
        f"https://evil.test/?q={SECRET}",
        f"https://evil.test/{SECRET}/a",
        "https://evil.test/?q=science-environment-49983610",
        "https://evil.test/jane-doe-4111111111111111",
        f"https://evil.test/#{SECRET}",
        f"https://{SECRET.lower()}.evil.test/",
        "https://user:pass@evil.test/",
        "https://evil.test/?note=" + "our+price+is+42+dollars+and+the+margin+is+nine+percent+of+that",
        f"www.evil.test/?q={SECRET}",
        f"mailto:jane@evil.test?body={SECRET}",
        f"https://a@example.com:80@evil.test/?q={SECRET}",
        "wss://evil.test/?d=" + "%6f%75%72%20%70%72%69%63%65",
    ],
)
@pytest.mark.parametrize("place", [Place.OUTPUT, Place.TOOL_ARGUMENTS])
def test_a_link_to_a_foreign_host_that_carries_data_is_found(address, place):
    assert labels(f"see [here]({address}) please", place) == ["link"]


@pytest.mark.parametrize(
    "text",
    [
        "no address at all",
        "https://evil.test/docs/how-to-install-the-thing-on-linux",
        "[news](https://news.test/news/science-environment-49983610)",
        "[a picture](https://pictures.test/0/0d/The_Creation_of_Adam.jpg/1200px-The_Creation_of_Adam.jpg)",
        "[docs](https://docs.python.org/3/library/urllib.parse.html#urllib.parse.quote)",
        "https://en.wikipedia.org/wiki/Large_language_model?action=history",
        f"![x](https://cdn.example.com/p.png?q={SECRET})",
        f"https://example.com/?q={SECRET}",
        "a // b  and C:\\\\dir",
        "![x](/local.png)",
    ],
)
def test_plain_links_and_allowed_hosts_are_left_alone(text):
    assert labels(text) == []


def test_a_finding_spans_the_address():
    text = "![x](https://evil.test/p.png?q=1)"
    (one,) = GUARD.scan(text, Place.OUTPUT)

    assert text[one.start : one.end] == "https://evil.test/p.png?q=1"
    assert one.kind is FailureKind.SECURITY_EXFILTRATION


@given(st.text(alphabet="![](<>/\\: \n\"'=?&#%ahtpsimgrc.", max_size=300))
def test_no_text_breaks_it(text):
    for one in GUARD.scan(text, Place.OUTPUT):
        assert 0 <= one.start < one.end <= len(text)
