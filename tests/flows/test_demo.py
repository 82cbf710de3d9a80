"""`leadline up --demo` on whatever machine: other people's ports and folders stay theirs, nothing is left."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.flows.support import until

from leadline.asking import OwnerUnreachable, ask_blocking
from leadline.vocabulary import Ask, Query

DEMO = [sys.executable, "-m", "leadline", "up", "--demo"]


def children_of(pid):
    """Process ids of the children of `pid`."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def demo(tmp_path):
    with (tmp_path / "log.txt").open("w") as log:
        process = subprocess.Popen(DEMO, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT)
        words = tmp_path / "log.txt"
        try:
            until(lambda: "Ask  " in words.read_text() or process.poll() is not None, what="for the greeting")
            assert process.poll() is None, words.read_text()
            yield process
        finally:
            process.terminate()
            process.wait(60)


def requests_of(folder):
    try:
        return ask_blocking(folder / "leadline-demo/data/watch.sock", Ask(name=Query.REQUESTS, limit=5)).rows
    except OwnerUnreachable:
        return ()


def test_a_second_demo_leaves_the_first_one_alone_and_a_killed_one_no_process(demo, tmp_path):
    until(lambda: requests_of(tmp_path), what="for traffic")

    second = subprocess.run(DEMO, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert second.returncode == 2
    assert "a demo already runs in" in second.stderr
    assert requests_of(tmp_path), "the first one still answers from its data"

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    third = subprocess.run(
        [*DEMO, "--seconds", "1"], cwd=elsewhere, capture_output=True, text=True, timeout=60, check=False
    )
    assert third.returncode == 0, third.stderr
    first_gateway = re.search(r"Gateway +(\S+)", (tmp_path / "log.txt").read_text())
    third_gateway = re.search(r"Gateway +(\S+)", third.stdout)
    assert first_gateway
    assert third_gateway
    assert first_gateway[1] != third_gateway[1], "with the usual ports taken it takes others"

    children = children_of(demo.pid)
    assert len(children) == 4
    demo.kill()
    demo.wait(30)
    until(lambda: not any(lives(pid) for pid in children), what="for the end of the children")


def test_a_folder_that_is_no_demos_is_not_touched(tmp_path):
    (tmp_path / "leadline-demo").mkdir()
    (tmp_path / "leadline-demo/thesis.txt").write_text("years of work")

    run = subprocess.run(DEMO, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert run.returncode == 2
    assert "not a demo's folder; move it away" in run.stderr
    assert (tmp_path / "leadline-demo/thesis.txt").read_text() == "years of work"


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "leadline-demo").write_text("in the way")

    run = subprocess.run(DEMO, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert run.returncode == 2
    assert "cannot be made anew" in run.stderr
    assert "Traceback" not in run.stderr
