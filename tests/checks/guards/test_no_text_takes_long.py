"""What runs in a gateway worker takes no longer for a text that was made to take long."""

import time
from typing import cast

import pytest

from leadline import plugs
from leadline.checks.guards import Guard
from leadline.checks.seeing import decoded, scanned
from leadline.vocabulary import Place

HERE = {
    "pii": {},
    "secrets": {},
    "exfiltration": {"allowed_hosts": ["example.com"]},
    "words": {"words": ["nightjar", "project bluefin"]},
    "forms": {"forms": ["KD-######", "@@-**-####"]},
}
HOSTILE = {
    "slashes": lambda size: "/" * size,
    "backslashes": lambda size: "\\" * size,
    "slashes and tabs": lambda size: "/\t" * (size // 2),
    "look-alikes without a blank": lambda size: "\u0430" * size,
    "a look-alike in a long word": lambda size: "\u0430" + "\u4e2d" * size,
    "code in ever shorter lines": lambda size: "zebra7" * (size // 12) + "project\n" * (size // 16),
    "escapes": lambda size: "%2541" * (size // 5),
    "marks": lambda size: "a\u0336" * (size // 2),
    "numbers": lambda size: "12 " * (size // 3),
    "addresses begun": lambda size: "a@" * (size // 2),
    "turned": lambda size: "\u202ea" * (size // 2),
}


def timed(scan, text):
    began = time.thread_time()
    scan(text)
    return time.thread_time() - began


@pytest.mark.parametrize("how", HOSTILE)
@pytest.mark.parametrize("name", HERE)
def test_time_grows_with_the_text_and_no_faster(name, how):
    guard = cast("Guard", plugs.build("leadline.checks.guards", {**HERE[name], "type": name}))

    def scan(text):
        scanned(guard, text, Place.OUTPUT)

    short, long = HOSTILE[how](1_000), HOSTILE[how](8_000)
    scan(short)
    least = min(timed(scan, short) for _ in range(3))

    assert timed(scan, long) < 8 * 3 * least + 0.05


def test_code_is_read_over_the_ends_of_its_lines():
    lines = ["VGhlIHNlY3JldCBvZiB0aGUgbmlnaHRqYXIgaXMgdGhhdCBpdCBz", "aW5ncyBhdCBuaWdodCwgYW5kIG9mdGVu"]

    said = [words for _, _, words in decoded("\n".join(lines))]

    assert "The secret of the nightjar is that it sings at night, and often" in said
