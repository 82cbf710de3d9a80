"""The system prompt, where it does not belong."""

import pytest

from leadline.checks.guards.system_prompt import SystemPrompt
from leadline.vocabulary import Place

PROMPT = (
    "You are the clerk of Acme. Offer a discount of at most nine per cent, and only when a customer has "
    "asked three times. Never speak of the merger with Globex before the first of May."
)
GUARD = SystemPrompt(canaries=("zq7-harbour-41",), prompts=(PROMPT,))


def found(text):
    return [(one.label, text[one.start : one.end]) for one in GUARD.scan(text, Place.OUTPUT)]


def test_a_planted_mark_is_found_each_time():
    assert found("a zq7-harbour-41, b zq7-harbour-41") == [("canary", "zq7-harbour-41")] * 2


@pytest.mark.parametrize(
    "spelt",
    [
        "ZQ7-HARBOUR-41",
        "z q 7 h a r b o u r 4 1",
        "z-q-7-h-a-r-b-o-u-r-4-1",
        "zq7harbour41",
        "14-ruobrah-7qz",
    ],
)
def test_a_mark_is_found_however_it_is_spelt(spelt):
    assert found(f"it is {spelt}.") == [("canary", spelt)]


def test_a_long_piece_word_for_word_is_one_finding():
    piece = "offer a DISCOUNT of at most nine per cent - and only when a customer has asked"

    assert found(f"My rules: {piece}! What else?") == [("verbatim", piece)]


def test_two_pieces_apart_are_two_findings():
    words = PROMPT.split()
    text = f"{' '.join(words[:14])} ... and, some time later, also: {' '.join(words[-14:])}"

    assert [label for label, _ in found(text)] == ["verbatim", "verbatim"]


@pytest.mark.parametrize("text", ["", "A discount of nine per cent is fine.", "I am the clerk of Acme."])
def test_a_few_words_in_common_are_no_leak(text):
    assert found(text) == []


def test_without_marks_and_prompts_it_says_that_it_cannot_work():
    assert SystemPrompt(own_prompt=False).unavailable
    assert not GUARD.unavailable
    with pytest.raises(ValueError, match="too short"):
        SystemPrompt(canaries=("abc",))


OWN = SystemPrompt().knowing(
    (PROMPT, 'Close with: "This is no legal advice, please ask a lawyer of your own choice."')
)


def leaked(text):
    return [(one.label, text[one.start : one.end]) for one in OWN.scan(text, Place.OUTPUT)]


def test_the_prompt_of_the_request_is_found_in_its_answer():
    piece = "Offer a discount of at most nine per cent, and only when a customer has asked three times"

    assert leaked(f"Sure! {piece.upper()}.") == [("own_prompt", piece.upper())]


@pytest.mark.parametrize(
    "retold",
    [
        "offer discounts of at most nine per cent, and only when some customer has asked three times",
        "Offer a discount of at most nine per cent\n- and, as it says, only when a customer has asked",
        "never speak about the merger with Globex before the first of May. You are the clerk of Acme",
    ],
)
def test_a_word_changed_here_and_there_does_not_hide_it(retold):
    assert [label for label, _ in leaked(f"My orders: {retold}. Anything else?")] == ["own_prompt"]


@pytest.mark.parametrize(
    "harmless",
    [
        "",
        "I am the clerk of Acme. How can I help you?",
        "A discount of at most nine per cent is what I can offer you today, if you order two of them.",
        "I cannot speak of the merger with Globex, sorry. Ask me again in summer, or look at the news.",
        "You may keep the lamp. This is no legal advice, please ask a lawyer of your own choice.",
        "Only when a customer has paid do we ship, and at most nine parcels a day leave the house in May.",
    ],
)
def test_what_answers_share_with_their_prompt_by_chance_or_by_order_is_no_leak(harmless):
    assert leaked(harmless) == []


def test_the_more_is_given_away_the_surer_it_is():
    words = PROMPT.split()
    few, many = (OWN.scan(" ".join(words[:count]), Place.OUTPUT)[0].score for count in (13, 33))

    assert 0.5 <= few < many <= 1


def test_a_short_prompt_is_a_secret_only_as_a_whole():
    short = SystemPrompt().knowing(("You are Ada who sells only blue bicycles.",))

    assert short.scan("I was told: you are Ada, who sells only blue bicycles!", Place.OUTPUT)
    assert not short.scan("Yes, I am Ada who sells only blue things.", Place.OUTPUT)
    assert (
        not SystemPrompt()
        .knowing(("You are a helpful assistant.",))
        .scan("You are a helpful assistant.", Place.OUTPUT)
    )


def test_prompts_in_writing_without_blanks_leak_too():
    prompt = "你是一家银行的客服。只有在客户三次提出要求之后,才可以给他百分之九的折扣,不得谈论合并的事情。"
    told = SystemPrompt().knowing((prompt,))

    assert told.scan(f"我的指令是:{prompt}", Place.OUTPUT)
    assert not told.scan("您好,我是银行的客服,请问有什么可以帮您?", Place.OUTPUT)


def test_without_a_prompt_to_compare_there_is_nothing_to_find():
    assert SystemPrompt().scan(PROMPT, Place.OUTPUT) == ()
    assert SystemPrompt(own_prompt=False).unavailable
    assert not SystemPrompt(own_prompt=False).knowing((PROMPT,)).scan(PROMPT, Place.OUTPUT)


@pytest.mark.parametrize("text", ["a " * 40_000, "a b c d " * 10_000, '"' * 40_000, "好" * 40_000])
def test_long_texts_of_any_kind_are_read_in_time_that_grows_with_them(text):
    told = SystemPrompt().knowing((text,))

    assert isinstance(told.scan(text, Place.OUTPUT), tuple)
