"""What `leadline route set` makes of the targets in force."""

import pytest

from leadline.cli.new_targets import Said, wanted
from leadline.cli.target_words import in_words
from leadline.vocabulary import TargetChoice

NOW = (
    TargetChoice(provider="openai", model="gpt-4o"),
    TargetChoice(provider="azure", model="gpt-4o"),
    TargetChoice(provider="openai", model="gpt-4o-mini"),
)
SHARED = (
    TargetChoice(provider="openai", model="gpt-4o", weight=9),
    TargetChoice(provider="azure", model="gpt-4o", weight=1),
    TargetChoice(provider="openai", model="gpt-4o-mini"),
)


def become(now, to=(), fallback=(), weight=()) -> str:
    return in_words(wanted(now, "chat", Said(to, fallback, weight)))


def test_the_primary_is_swapped_and_the_others_stay_behind_it():
    assert become(NOW, to=["azure/gpt-4o"]) == "azure/gpt-4o, then openai/gpt-4o, then openai/gpt-4o-mini"


def test_fallbacks_that_are_named_are_all_there_are():
    assert become(NOW, to=["azure/gpt-4o"], fallback=["eu/m"]) == "azure/gpt-4o, then eu/m"
    assert become(NOW, fallback=["eu/m"]) == "openai/gpt-4o, then eu/m"


def test_several_share_the_load_evenly_or_by_weight():
    both = ["openai/gpt-4o", "azure/gpt-4o"]

    assert become(NOW, to=both) == "openai/gpt-4o (1) + azure/gpt-4o (1), then openai/gpt-4o-mini"
    assert become(NOW, to=both, weight=["openai/gpt-4o=9"]).startswith(
        "openai/gpt-4o (9) + azure/gpt-4o (1),"
    )


def test_a_weight_alone_changes_the_shares():
    assert become(SHARED, weight=["azure/gpt-4o=0"]) == (
        "openai/gpt-4o (9) + azure/gpt-4o (0), then openai/gpt-4o-mini"
    )


def test_a_new_primary_does_not_share_with_those_that_shared_before():
    assert become(SHARED, to=["eu/m"]) == (
        "eu/m, then openai/gpt-4o (9) + azure/gpt-4o (1), then openai/gpt-4o-mini"
    )


def test_a_provider_alone_is_asked_for_the_alias():
    assert become(NOW[:1], to=["local"]) == "local/chat, then openai/gpt-4o"


@pytest.mark.parametrize(
    ("to", "weight", "sentence"),
    [
        (["/gpt-4o"], (), "write it as PROVIDER/MODEL"),
        (["openai/"], (), "write it as PROVIDER/MODEL"),
        ((), ["openai/gpt-4o"], "is no weight"),
        ((), ["openai/gpt-4o=-1"], "is no weight"),
        ((), ["openai/gpt-4o=nan"], "is no weight"),
        ((), ["eu/m=3"], "name it with --to"),
    ],
)
def test_what_makes_no_sense_is_told(to, weight, sentence):
    with pytest.raises(ValueError, match=sentence):
        become(NOW, to=to, weight=weight)
