"""Which rungs a failure calls for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline import plugs
from leadline.policy.fallback import FailureMode, mode_of, rungs_for
from leadline.policy.rungs import Rung
from leadline.vocabulary import FailureKind, Question


@given(st.sampled_from(FailureKind))
def test_every_failure_has_a_mode(kind):
    assert mode_of(kind) in FailureMode


def test_what_a_check_thinks_is_not_covered_by_the_default():
    ladders = ({"default": ("echo",)},)

    assert rungs_for(FailureMode.ERROR, ladders) == ("echo",)
    assert rungs_for(FailureMode.QUALITY, ladders) == ()


def test_an_empty_ladder_of_a_feature_switches_the_route_s_off():
    assert rungs_for(FailureMode.ERROR, ({"error": ()}, {"error": ("echo",)})) == ()


@pytest.mark.parametrize("name", plugs.names("leadline.policy.rungs"))
def test_no_rung_gives_a_sentence_to_a_program(name):
    settings = {"type": name, "text": "Sorry.", "alias": "spare"}
    fields = plugs.plug("leadline.policy.rungs", name).__struct_fields__  # type: ignore[attr-defined]
    rung: Rung = plugs.build(  # type: ignore[assignment]
        "leadline.policy.rungs", {k: v for k, v in settings.items() if k == "type" or k in fields}
    )

    assert rung.answer(Question(model="m", prompt="Hi", json_mode=True)) is None
