"""People hold breakers open or closed; it survives, is audited, and reaches the plan as pins."""

import pytest

from leadline.configuration.decisions import DecisionsDamaged
from leadline.control.books import HoldBook
from leadline.vocabulary import BreakerHold, Plan, ProviderIdentifier, Route, Target
from leadline.wiring.breaker_holds import with_holds


def hold(target, **more):
    return BreakerHold(target=target, by="ada", at=1.0, **more)


def plan_of(*models):
    targets = tuple(
        Target(
            identity=ProviderIdentifier(provider="openai", model=model),
            type="openai",
            base_url="https://h",
            secret="env:K",
        )
        for model in models
    )
    return Plan(generation=1, created_at=0.0, routes={"a": Route(alias="a", targets=targets)})


def test_a_hold_means_all_targets_below_its_name_and_the_most_exact_one_decides():
    plan = with_holds(plan_of("gpt-4o", "gpt-4o-mini"), [hold("openai"), hold("openai/gpt-4o", open=False)])

    assert [(pin.name, pin.value) for pin in plan.pins] == [
        ("openai/gpt-4o-mini/global/default", 1.0),
        ("openai/gpt-4o/global/default", 0.0),
    ]
    assert with_holds(plan, [hold("open")]) is plan


def test_holds_survive_a_restart_and_one_that_is_refused_leaves_no_trace(tmp_path):
    def refused():
        raise ValueError("no")

    book = HoldBook(tmp_path / "holds.json")
    book.put("openai", hold("openai"), lambda: None)
    with pytest.raises(ValueError, match="no"):
        book.put("azure", hold("azure"), refused)

    again = HoldBook(tmp_path / "holds.json")
    assert list(again.entries) == ["openai"]
    again.put("openai", None, lambda: None)
    assert not HoldBook(tmp_path / "holds.json").entries


def test_a_damaged_file_is_told_and_not_forgotten(tmp_path):
    (tmp_path / "holds.json").write_text("{")
    with pytest.raises(DecisionsDamaged, match="delete it"):
        HoldBook(tmp_path / "holds.json")


async def test_a_breaker_is_held_shown_released_and_audited(control):
    async with control.signed_in() as client:
        control.parts.plans.publish()
        done = await client.put("/api/breakers/holds/openai", json={"by": "ada", "reason": "billing"})
        shown = (await client.get("/api/breakers/holds")).json()["holds"]
        unknown = await client.put("/api/breakers/holds/nobody", json={"by": "ada"})
        released = await client.delete("/api/breakers/holds/openai?by=bob")
        again = await client.delete("/api/breakers/holds/openai")
        deeds = (await client.get("/api/audit")).json()["audit"]

    assert (done.json()["state"], released.json()["state"]) == ("open", "released")
    assert all(name.startswith("openai/") for name in done.json()["targets"])
    assert [(one["target"], one["by"], one["reason"]) for one in shown] == [("openai", "ada", "billing")]
    assert (unknown.status_code, again.status_code) == (404, 404)
    assert {"breaker_hold", "breaker_release"} <= {deed["action"] for deed in deeds}
