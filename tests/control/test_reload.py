"""A reload publishes and says which workers have the plan."""

import pytest
from tests.control.conftest import sample_plan

from leadline.control.plan_writer import PlanWriter
from leadline.control.problems import Problem
from leadline.control.reload import reload_plan
from leadline.vocabulary import Ask, Plan, Told


def heartbeats(*generations: int) -> Told:
    workers = [{"host": "node-1", "worker": n, "plan_generation": has} for n, has in enumerate(generations)]
    return Told(rows=({"workers": workers},))


class Watch:
    """Answers each question with the next of its answers, then with the last."""

    def __init__(self, *answers: Told) -> None:
        self._answers = list(answers)

    async def ask(self, _question: Ask) -> Told:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


async def test_a_reload_returns_when_the_workers_have_the_plan(tmp_path):
    watch = Watch(heartbeats(0, 0), heartbeats(1, 0), heartbeats(1, 1))

    done = await reload_plan(PlanWriter(tmp_path / "plan", sample_plan), watch.ask)

    assert (done.generation, done.changed, done.workers, done.pending) == (1, True, 2, [])


async def test_what_no_reload_takes_up_is_named(tmp_path):
    plans = PlanWriter(tmp_path / "plan", sample_plan, waiting=lambda: ("destinations",))

    for _ in range(2):
        done = await reload_plan(plans, Watch(heartbeats(1)).ask)
        assert done.needs_restart == ["destinations"], "changed or not, it still waits"


async def test_a_worker_that_stays_behind_is_named(tmp_path):
    done = await reload_plan(PlanWriter(tmp_path / "plan", sample_plan), Watch(heartbeats(1, 0)).ask, 0.2)

    assert done.pending == ["node-1/1"]


async def test_with_a_dead_watch_the_plan_is_published_and_nothing_is_claimed(tmp_path):
    async def dead(_question: Ask) -> Told:
        raise ConnectionError("watch.sock: no such file")

    done = await reload_plan(PlanWriter(tmp_path / "plan", sample_plan), dead)

    assert (done.generation, done.pending) == (1, None)


async def test_a_refused_configuration_is_told_with_its_sentence(tmp_path):
    def refuse() -> Plan:
        raise ValueError("line 3: there is no provider 'opena1'")

    with pytest.raises(Problem, match="line 3") as refused:
        await reload_plan(PlanWriter(tmp_path / "plan", refuse), Watch(heartbeats(1)).ask)
    assert refused.value.status == 422


async def test_the_watch_is_asked_to_follow_and_its_refusal_is_told(tmp_path):
    asked = []

    async def watch(question: Ask) -> Told:
        asked.append(question.name)
        return heartbeats(1) if question.name != "reload" else Told(error="destinations.d: MAIL is not set")

    with pytest.raises(Problem, match="MAIL is not set"):
        await reload_plan(PlanWriter(tmp_path / "plan", sample_plan), watch)
    assert asked == ["health", "reload"]
