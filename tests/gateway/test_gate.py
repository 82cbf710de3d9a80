"""The gate of a stream, however its text is cut: what must not pass does not, and nothing else is lost."""

import base64
import time

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.checks.guards.words import Words
from leadline.gateway.guarding.channels import Channel
from leadline.gateway.guarding.gate import Gate
from leadline.gateway.guarding.pool import NoPool
from leadline.gateway.guarding.ready import Watched
from leadline.gateway.guarding.scanning import Scanner
from leadline.policy.redaction import Edit, edited
from leadline.providers.texts import READERS
from leadline.vocabulary import GuardPolicy, GuardRule, Place, WireProtocol, Word

WORDS = Words(words=("nightjar",), label="bird")
PIECES = st.lists(
    st.sampled_from(["night", "jar", "nightjar", " ", "n", "ightjar", "\u00fc", "", "x"]), max_size=30
)


def gate_for(word, window):
    rule = GuardRule(guard="words", places=(Place.OUTPUT,), word=word)
    policy = GuardPolicy(name="p", version="1", enforced=True, window=window, rules=(rule,))
    scanner = Scanner({"words": WORDS}, NoPool(), 1_000_000, time.perf_counter)
    reader = READERS[WireProtocol.OPENAI_CHAT]
    return Gate(scanner, Watched.by((policy,)), reader, None, in_array=False)


def event(text):
    return b"data: " + msgspec.json.encode({"choices": [{"index": 0, "delta": {"content": text}}]}) + b"\n\n"


def said(raw):
    datas = [msgspec.json.decode(line[5:]) for line in raw.splitlines() if line.startswith(b"data:")]
    return "".join(one["choices"][0]["delta"]["content"] for one in datas)


async def through(gate, pieces):
    out = b"".join([await gate.feed(event(piece)) for piece in pieces])
    return out + await gate.finish()


def run(coroutine):
    """To its end; nothing in it ever waits."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as ended:
        return ended.value


@settings(max_examples=200)
@given(PIECES, st.sampled_from([0, 9, 12, 40]))
def test_redacting_a_stream_is_redacting_its_text(pieces, window):
    text = "".join(pieces)
    whole = edited(text, [Edit(one.start, one.end, "[BIRD]") for one in WORDS.scan(text, Place.OUTPUT)])

    assert said(run(through(gate_for(Word.REDACT, window), pieces))) == whole


@settings(max_examples=200)
@given(PIECES, st.sampled_from([0, 9, 12, 40]))
def test_what_is_blocked_never_passes_whole(pieces, window):
    gate = gate_for(Word.BLOCK, window)
    out = said(run(through(gate, pieces)))
    text = "".join(pieces)

    assert text.startswith(out)
    assert bool(WORDS.scan(text, Place.OUTPUT)) == (gate.stopped is not None)
    assert gate.stopped is None or all(one.end > len(out) for one in WORDS.scan(text, Place.OUTPUT))


def in_base64(text):
    return base64.b64encode(text.encode()).decode()


SAID = "it is the nightjar, of course"
DISGUISES = {
    "base64": in_base64,
    "base64 twice": lambda text: in_base64(in_base64(text)),
    "hex": lambda text: text.encode().hex(),
    "escapes": lambda text: "".join([f"\\u{ord(one):04x}" for one in text]),
    "entities": lambda text: "".join([f"&#x{ord(one):08x};" for one in text]),
    "signs that nobody sees": lambda text: "".join([one + "\u200b" * 30 for one in text]),
    "many marks": lambda text: "".join([one + "\u0336" * 9 for one in text]),
    "right to left": lambda text: f"\u202e{text[::-1]}\u202c",
}


@settings(max_examples=100)
@given(
    st.sampled_from(sorted(DISGUISES)),
    st.integers(0, 90),
    st.integers(0, 90),
    st.integers(0, 90),
    st.integers(1, 25),
    st.sampled_from([9, 12, 40]),
)
def test_a_disguise_that_is_longer_than_the_buffer_hides_nothing(how, far, before, behind, size, window):
    text = "a " * far + DISGUISES[how]("x" * before + f" {SAID} " + "y" * behind) + " b" * far
    gate = gate_for(Word.BLOCK, window)

    run(through(gate, [text[at : at + size] for at in range(0, len(text), size)]))

    assert gate.stopped is not None


def thought(text):
    said = {"choices": [{"index": 0, "delta": {"reasoning_content": text}}]}
    return b"data: " + msgspec.json.encode(said) + b"\n\n"


def test_what_a_model_thought_does_not_keep_back_what_it_says():
    gate = gate_for(Word.BLOCK, 12)
    events = [thought("a b c d e f g h i "), *[event("word ")] * 9]

    out = b"".join([run(gate.feed(one)) for one in events])

    assert out.count(b"word ") >= 5


@given(PIECES, PIECES, st.sampled_from([9, 12, 40]))
def test_thoughts_between_words_hide_nothing(pieces, thoughts, window):
    gate = gate_for(Word.BLOCK, window)
    between = [*thoughts, *[""] * len(pieces)]
    events = [
        one for piece, idea in zip(pieces, between, strict=False) for one in (event(piece), thought(idea))
    ]

    out = b"".join([run(gate.feed(one)) for one in events]) + run(gate.finish())

    told = [msgspec.json.decode(line[5:])["choices"][0]["delta"] for line in out.splitlines() if line]
    for name in ("content", "reasoning_content"):
        text = "".join([one.get(name, "") for one in told])
        assert not WORDS.scan(text, Place.OUTPUT)


@given(PIECES)
def test_what_only_watches_changes_no_byte(pieces):
    events = [event(piece) for piece in pieces]

    assert run(through(gate_for(Word.FLAG, None), pieces)) == b"".join(events)


@given(st.lists(st.text(max_size=5), max_size=20), st.integers(1, 9))
def test_a_channel_gives_all_its_text_and_forgets_only_what_is_out(pieces, held_back):
    channel = Channel(Place.OUTPUT, whole=False)
    out, waiting = [], []
    for piece in pieces:
        waiting.append(channel.grow(piece))
        channel.looked([], held_back)
        while waiting and waiting[0][1] <= channel.stable:
            out.append(channel.written(*waiting.pop(0)))
        channel.forget(held_back)
    channel.looked([], 0)
    out += [channel.written(*place) for place in waiting]

    assert "".join(out) == "".join(pieces)
