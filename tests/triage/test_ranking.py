"""What crossed its limit names an incident, before what only happened at the time."""

from leadline.triage.ranking import ranked_kinds


def test_a_change_of_the_model_is_told_as_such_among_more_of_the_usual_flags():
    counts = {"quality.hallucination": 7, "quality.regression": 1}

    assert ranked_kinds(counts, ["regression"])[0] == "quality.regression"
    assert ranked_kinds(counts, ["regression", "hallucination"])[0] == "quality.hallucination"


def test_a_condition_of_many_kinds_leaves_it_to_the_numbers():
    counts = {"provider.outage": 40, "provider.truncated": 3, "provider.short_circuited": 90}

    assert ranked_kinds(counts, ["hard", "truncated"])[0] == "provider.outage"
    assert ranked_kinds(counts, [])[0] == "provider.outage"
    assert ranked_kinds(counts, ["hard"])[-1] == "provider.short_circuited"


def test_kinds_of_a_newer_version_take_part():
    assert ranked_kinds({"quality.new": 3, "quality.format": 1}, ["hallucination"])[0] == "quality.new"
