"""Checks and guards that hang, crash or are killed under load: answers unharmed, blocks closed, all told."""

import os
import signal
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.flows.load import Load, add_plug, median_s, question, streamed
from tests.flows.support import APP_KEY, QUICKLY_OVER, completion, configuration, until
from tests.flows.test_running import processes_of

from leadline.vocabulary import Query

KEY = "DATA:leadline"
SECRET = "nightjar"
HARMLESS, FORBIDDEN = "A harmless answer, word by word.", f"The code name is {SECRET}, keep it."
RATIO = 4
"""How much slower than before ordinary requests may be: the machine of a test has other things to do."""
BROKEN_CHECK = '''
"""A check that does what a file says."""
import msgspec
from pathlib import Path
from leadline.vocabulary import Signal, Verdict

class Broken(msgspec.Struct, frozen=True):
    file: str

    def inspect(self, exam):
        told = Path(self.file).read_text()
        if told == "hang":
            while True:
                try:
                    sum(range(1000))
                except Exception:
                    pass
        if told == "crash":
            raise RuntimeError("boom")
        return Signal(check="broken", verdict=Verdict.PASS)

PLUG = Broken
'''
BROKEN_GUARD = '''
"""A slow guard that does what a file says, and finds a word."""
import os, time
import msgspec
from pathlib import Path
from typing import ClassVar
from leadline.checks.guards import EVERYWHERE, CostClass
from leadline.vocabulary import FailureKind, Finding

class Broken(msgspec.Struct, frozen=True):
    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar = EVERYWHERE
    file: str
    reach: int | None = 20
    unavailable: str = ""

    def scan(self, text, place):
        told = Path(self.file).read_text()
        if told == "hang":
            time.sleep(3600)
        if told == "crash":
            raise RuntimeError("boom")
        if told == "die":
            os._exit(3)
        at = text.find("nightjar")
        return (Finding(FailureKind.SECURITY_JAILBREAK, "word", at, at + 8),) if at >= 0 else ()

PLUG = Broken
'''
GUARDED = """
guardrails:
  deadline: 300ms
  guards: {{slow: {{type: broken, file: "{file}"}}}}
  policies:
    firm@1:
      mode: enforce
      stream: buffer 64
      rules: [{{guard: slow, places: [output], word: block}}]
    mild@1:
      mode: enforce
      stream: detect_after
      rules: [{{guard: slow, places: [output], word: flag}}]
"""
CHECKED = 'checks: [{{type: broken, settings: {{file: "{file}"}}}}, {{type: empty_answer}}]\n'
KEYS = """keys:
  - {alias: firm, key: env:TEST_FIRM_KEY, policies: [firm]}
  - {alias: mild, key: env:TEST_MILD_KEY, policies: [mild]}
"""
FIRM_KEY, MILD_KEY = "sk-firm-of-the-test", "sk-mild-of-the-test"


def script(asked):
    if "messages" not in asked:
        return 202, {}, b""
    text = FORBIDDEN if "code name" in asked["messages"][-1]["content"] else HARMLESS
    return streamed(text) if asked.get("stream") else completion(text, asked)


def as_sent(answers) -> bool:
    """Whether each is what the provider sent, byte for byte."""
    return all((one.status, one.body) == (200, script(one.asked)[2]) for one in answers)


def both_ways(*texts):
    return [question(text, stream=stream) for text in texts for stream in (False, True)]


class Sick:
    """A house with a check or guard that is well until `is_` tells it otherwise."""

    def __init__(self, folder: Path, open_house, upstream, more: str) -> None:
        self._fresh, self._told = folder / "fresh.txt", folder / "told.txt"
        self.is_("well")
        self._url = upstream.url
        plain = configuration(folder, self._url, self._url, self._url, overrides=QUICKLY_OVER)
        self.text = plain.replace("keys:\n", KEYS if "guardrails" in more else "keys:\n")
        self.house = open_house(self.text + more.format(file=self._told))

    def is_(self, how: str) -> None:
        self._fresh.write_text(how)
        self._fresh.replace(self._told)

    def load(self, texts, key=APP_KEY):
        return Load(self.house.gateway, both_ways(*texts), key=key)

    def blind(self):
        return [row for row in self.house.rows(Query.INCIDENTS) if row["key"] == KEY]

    def evidence(self) -> str:
        """All that was said about the blindness."""
        events = self.house.rows(Query.EVENTS, kind="data.blind_spot")
        return " ".join(event["causal_signals"]["evidence"] for event in events)

    def until_it_sees_again(self):
        until(lambda: {row["status"] for row in self.blind()} == {"resolved"}, 30, what="for the end")

    def figure(self, name: str, **labels: str) -> float:
        """A figure of the watch's metrics page; 0 = there is none."""
        with urllib.request.urlopen(self.house.metrics) as page:  # noqa: S310 - loopback
            families = text_string_to_metric_families(page.read().decode())
        found = (one for family in families for one in family.samples if one.name == name)
        return sum(one.value for one in found if labels.items() <= one.labels.items())


@pytest.fixture
def sick(open_house, upstreams, tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_MILD_KEY", MILD_KEY)
    monkeypatch.setenv("TEST_FIRM_KEY", FIRM_KEY)

    def begin(more: str) -> Sick:
        source = BROKEN_GUARD if "guardrails" in more else BROKEN_CHECK
        folder = "leadline.checks.guards" if "guardrails" in more else "leadline.checks.inline"
        add_plug(tmp_path, monkeypatch, folder, "broken", source)
        return Sick(tmp_path, open_house, upstreams(script), more)

    return begin


@pytest.mark.slow
def test_a_check_that_crashes_on_every_answer_harms_none_and_is_told_until_it_is_well(sick):
    broken = sick(CHECKED)
    well = broken.load(["Hello"]).run(120)
    assert as_sent(well)

    broken.is_("crash")
    answers = broken.load(["Hello"]).run(240)
    until(broken.blind, 20, what="for the blind spot")
    broken.is_("well")
    again = broken.load(["Hello"]).run(120)

    assert as_sent(answers)
    assert median_s(answers) < RATIO * max(median_s(well), median_s(again))
    assert broken.blind()[0]["subtypes"] == ["checks_skipped"]
    until(lambda: "most of all broken" in broken.evidence(), what="for its name")
    until(lambda: broken.figure("leadline_checks_skipped_total") == 240, 10, what="for the count")
    until(
        lambda: broken.figure("leadline_inline_signals_total", check="broken", verdict="skipped") == 240,
        what="for the records",
    )
    until(
        lambda: broken.figure("leadline_inline_signals_total", check="empty_answer", verdict="pass") == 480,
        what="for the records of the last answers",
    )
    broken.until_it_sees_again()


def test_a_check_that_never_comes_back_is_broken_off_parked_and_told_until_it_is_taken_out(sick):
    broken = sick(CHECKED)
    well = broken.load(["Hello"]).run(120)

    broken.is_("hang")
    answers = broken.load(["Hello"]).run(240)

    assert as_sent(answers)
    assert broken.house.ask("Hello")[0] == 200
    until(broken.blind, 20, what="for the blind spot")
    until(lambda: "most of all broken" in broken.evidence(), what="for its name")
    assert broken.figure("leadline_inline_check_parked", check="broken") == 1
    assert (
        len([line for line in broken.house.words().splitlines() if "process" in line and "again" in line])
        == 0
    )

    broken.house.config.write_text(broken.text + "checks: [{type: empty_answer}]\n")
    broken.house.process.send_signal(signal.SIGHUP)
    broken.until_it_sees_again()
    assert broken.figure("leadline_inline_check_parked", check="broken") == 0
    again = broken.load(["Hello"]).run(120)
    assert median_s(answers) < RATIO * max(median_s(well), median_s(again)), "it was parked after a few"


def kill_check_processes(folder: Path) -> None:
    for worker in [pid for pid, line in processes_of(folder) if "leadline.wiring.gateway" in line]:
        for child in Path(f"/proc/{worker}/task/{worker}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)


def beside_guarded_ones(broken):
    """Answers that go by no guard, while others do: as busy as with a guard that is ill."""
    others = broken.load(["Hello"]).start()
    for key in (FIRM_KEY, MILD_KEY):
        broken.load(["Hello"], key).run(60)
    return others.finish()


@pytest.mark.slow
def test_while_a_guard_hangs_or_crashes_blocks_stay_closed_and_other_answers_are_unharmed(sick, tmp_path):
    broken = sick(GUARDED)
    until(lambda: as_sent(broken.load(["Hello"], FIRM_KEY).run(4)), what="for the check process")
    alone = beside_guarded_ones(broken)
    medians: list[float] = []

    for how in ("hang", "crash", "die", "killed"):
        if how == "killed":
            broken.is_("well")
            kill_check_processes(tmp_path)
        else:
            broken.is_(how)
        others = broken.load(["Hello"]).start()
        closed = broken.load(["Hello", "the code name"], FIRM_KEY).run(12)
        mild = broken.load(["Hello", "the code name"], MILD_KEY).run(12)
        answers = others.finish()

        assert not any(SECRET.encode() in one.body for one in closed), how
        refused = [one for one in closed if one.status == 400]
        assert len(refused) == len(closed) or (how == "killed" and as_sent(set(closed) - set(refused)))
        assert all(b"firm@1" in one.body and b"slow" not in one.body for one in refused)
        assert as_sent(mild), how
        assert as_sent(answers)
        medians.append(median_s(answers))

    until(broken.blind, 20, what="for the blind spot")
    assert "guards_failing" in broken.blind()[0]["subtypes"]
    until(lambda: "most of all slow" in broken.evidence(), what="for its name")
    until(lambda: broken.figure("leadline_check_processes_killed_total") >= 3, 10, what="for the count")
    broken.is_("well")
    until(lambda: as_sent(broken.load(["Hello"], FIRM_KEY).run(4)), what="for a check process that is well")
    broken.until_it_sees_again()
    told = broken.load(["the code name"], FIRM_KEY).run(6)
    assert {one.status for one in told} == {400}
    again = beside_guarded_ones(broken)
    assert max(medians) < RATIO * max(median_s(alone), median_s(again))
