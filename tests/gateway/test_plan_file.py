"""Plan and overlay are read when they change; a bad file never takes the good one away."""

import msgspec
import pytest

from leadline.gateway.plan_file import OverlayFile, PlanFile, PlanFiles
from leadline.vocabulary import PLAN_SCHEMA, KeyGrant, Overlay, OverlayEntry, Plan


def plan(generation, **fields):
    return Plan(generation=generation, created_at=1.0, **fields)


def swap(path, content):
    if not isinstance(content, bytes):
        content = msgspec.msgpack.encode(content)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.rename(path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "plan.msgpack"


def test_before_there_is_a_file_there_is_no_plan_and_no_problem(path):
    file = PlanFile(str(path))

    assert not file.poll()
    assert file.current is None
    assert file.problem == ""


def test_a_swapped_file_is_read_once(path):
    file = PlanFile(str(path))
    swap(path, plan(1, keys={"hash": KeyGrant(alias="app")}))
    assert file.poll()
    assert not file.poll()
    assert file.current is not None
    assert file.current.keys["hash"].alias == "app"

    swap(path, plan(2))
    assert file.poll()
    assert file.current == plan(2)


def test_a_swap_within_one_tick_of_the_clock_and_of_the_same_size_is_seen(path):
    file = PlanFile(str(path))
    for generation in range(1, 20):
        swap(path, plan(generation))
        assert file.poll()
        assert file.current == plan(generation)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged"),
        (b"\xc1rubbish", "damaged"),
        (msgspec.msgpack.encode(plan(9))[:-3], "damaged"),
        (msgspec.msgpack.encode({"generation": "nine"}), "damaged"),
        (msgspec.msgpack.encode({"generation": 9, "schema": PLAN_SCHEMA + 1}), "upgrade the gateway"),
    ],
    ids=["empty", "rubbish", "cut", "wrong-type", "newer"],
)
def test_a_file_that_cannot_be_used_leaves_the_last_good_one_in_force(path, content, why):
    file = PlanFile(str(path))
    swap(path, plan(1))
    file.poll()
    swap(path, content)

    assert not file.poll()
    assert file.current == plan(1)
    assert why in file.problem
    assert "generation 1 stays in force" in file.problem
    assert not file.poll()
    assert file.problem

    swap(path, plan(2))
    assert file.poll()
    assert file.problem == ""


def test_a_first_file_that_is_damaged_is_a_problem_without_a_plan(path):
    swap(path, b"rubbish")
    file = PlanFile(str(path))

    assert not file.poll()
    assert file.current is None
    assert "there is none before it" in file.problem


def test_a_file_that_is_gone_leaves_its_content_in_force_until_it_is_back(path):
    file = PlanFile(str(path))
    swap(path, plan(1))
    file.poll()
    path.unlink()
    assert not file.poll()
    assert file.current == plan(1)
    assert "it is gone" in file.problem

    swap(path, plan(2))
    assert file.poll()


def test_a_folder_in_the_place_of_the_file_is_a_problem(path):
    path.mkdir()
    file = PlanFile(str(path))

    assert not file.poll()
    assert "directory" in file.problem


def test_the_overlay_is_read_the_same_way(path):
    overlay = Overlay(
        generation=3,
        entries=(OverlayEntry(what="output_p99", name="template", value=800.0, reason="learnt"),),
    )
    swap(path, overlay)
    file = OverlayFile(str(path))

    assert file.poll()
    assert file.current == overlay


def test_a_generation_is_the_same_object_until_a_file_changes(tmp_path):
    plan_path, overlay_path = tmp_path / "plan", tmp_path / "overlay"
    heard: list[Plan] = []
    files = PlanFiles(str(plan_path), str(overlay_path), on_plan=heard.append)
    nothing = files.current()
    assert nothing.plan is None
    assert nothing.overlay == Overlay()
    assert files.current() is nothing

    swap(plan_path, plan(1))
    first = files.current()
    assert first.plan == plan(1)
    assert files.current() is first

    swap(overlay_path, Overlay(generation=4))
    second = files.current()
    assert (second.plan, second.overlay.generation) == (plan(1), 4)
    assert first.overlay.generation == 0, "a request keeps what it began with"
    assert heard == [plan(1)]

    swap(plan_path, b"rubbish")
    assert files.current() is second
    assert "damaged" in files.problem
