"""A process under care is started again when it dies or hangs, and ended when asked."""

import asyncio
import os
import time
from pathlib import Path

from leadline.supervisor.child import Child, ChildSpec, ChildState
from leadline.wiring.process import BAD_CONFIGURATION

PULSING = """
import os, sys, time, signal
fd = int(sys.argv[-1])
while True:
    os.write(fd, b'.')
    time.sleep(0.02)
"""


def program(text, **more):
    return ChildSpec(name="probe", arguments=["-c", text], **more)


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_child_is_up_with_its_first_pulse_and_ends_when_asked():
    child = Child(program(PULSING), time.monotonic)
    task = asyncio.create_task(child.care())
    await asyncio.wait_for(child.first_pulse.wait(), 20)

    assert child.state == ChildState.UP
    pid = child.pid
    await child.stop()
    await task

    assert str(child.state) == "ended"
    assert not Path(f"/proc/{pid}").exists()


async def test_a_child_that_is_killed_is_started_again():
    child = Child(program(PULSING), time.monotonic)
    task = asyncio.create_task(child.care())
    await asyncio.wait_for(child.first_pulse.wait(), 20)
    first = child.pid
    assert first is not None
    os.kill(first, 9)

    await until(lambda: child.restarts == 1 and child.state is ChildState.UP)

    assert child.pid != first
    await child.stop()
    await task


async def test_a_child_that_hangs_is_killed_and_started_again():
    hanging = "import os, sys, time; os.write(int(sys.argv[-1]), b'.'); time.sleep(600)"
    child = Child(program(hanging, hung_after_s=0.3), time.monotonic)
    task = asyncio.create_task(child.care())

    await until(lambda: child.restarts >= 1)

    await child.stop()
    await task


async def test_a_child_with_a_bad_configuration_is_not_started_again():
    child = Child(program(f"raise SystemExit({BAD_CONFIGURATION})"), time.monotonic)
    await asyncio.wait_for(child.care(), 20)

    assert (child.state, child.restarts) == (ChildState.BROKEN, 0)


async def test_a_child_that_will_not_end_is_killed_after_its_grace():
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + PULSING
    child = Child(program(stubborn, grace_s=0.2), time.monotonic)
    task = asyncio.create_task(child.care())
    await asyncio.wait_for(child.first_pulse.wait(), 20)
    await child.stop()
    await task

    assert child.state is ChildState.ENDED
