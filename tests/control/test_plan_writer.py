"""The plan file is whole, private, and its generation only rises."""

from pathlib import Path

import msgspec
import pytest

from leadline.control.plan_writer import PlanWriter, Published
from leadline.vocabulary import KeyGrant, Plan


def plan_with(*aliases: str) -> Plan:
    return Plan(generation=0, created_at=0.0, keys={alias: KeyGrant(alias=alias) for alias in aliases})


def test_the_first_plan_is_generation_one_and_private(tmp_path):
    published = PlanWriter(tmp_path / "plan.msgpack", lambda: plan_with("a"), now=lambda: 5.0).publish()

    on_disk = msgspec.msgpack.decode((tmp_path / "plan.msgpack").read_bytes(), type=Plan)
    assert on_disk == published.plan
    assert (on_disk.generation, on_disk.created_at) == (1, 5.0)
    assert (tmp_path / "plan.msgpack").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["plan.msgpack"]


def test_the_same_content_is_not_published_again(tmp_path):
    times = iter(range(10))
    writer = PlanWriter(tmp_path / "plan", lambda: plan_with("a"), now=lambda: float(next(times)))
    first = writer.publish()
    stamp = (tmp_path / "plan").stat().st_mtime_ns

    again = writer.publish()

    assert not again.changed
    assert again.plan == first.plan
    assert (tmp_path / "plan").stat().st_mtime_ns == stamp


def publish(path: Path, *aliases: str) -> Published:
    """By a writer of its own, as after a restart."""
    return PlanWriter(path, lambda: plan_with(*aliases)).publish()


def test_the_generation_rises_over_restarts(tmp_path):
    generations = [publish(tmp_path / "plan", name).plan.generation for name in ("a", "b", "a")]

    assert generations == [1, 2, 3]


def test_a_damaged_plan_is_replaced_by_a_later_generation(tmp_path):
    last = [publish(tmp_path / "plan", name) for name in ("a", "b", "c")][-1]
    (tmp_path / "plan").write_bytes(b"\xc1 torn")

    repaired = publish(tmp_path / "plan", "c")

    assert repaired.changed
    assert repaired.plan.generation > last.plan.generation


def test_a_refused_configuration_leaves_the_plan_in_force(tmp_path):
    def refuse() -> Plan:
        raise ValueError("line 3: there is no provider 'opena1'")

    before = PlanWriter(tmp_path / "plan", lambda: plan_with("a")).publish()

    with pytest.raises(ValueError, match="line 3"):
        PlanWriter(tmp_path / "plan", refuse).publish()
    assert PlanWriter(tmp_path / "plan", refuse).current() == before.plan
