"""A check that does not come to an end is broken off; one that does is left alone."""

import json
import subprocess
import sys

LOOP = """
import json, sys, time
from leadline.gateway.patience import Alarm, BrokenOff
alarm = Alarm(0.05, time.perf_counter)
told = []
def run(what):
    alarm.begin()
    try:
        try:
            alarm.since = time.perf_counter()
            what()
        finally:
            alarm.since = 0.0
        told.append("came back")
    except BrokenOff:
        told.append("broken off")
def stubborn():
    while True:
        try:
            sum(range(100))
        except Exception:
            pass
for what in (lambda: None, stubborn, lambda: None, lambda: time.sleep(3600), lambda: None):
    run(what)
began = time.perf_counter()
while time.perf_counter() - began < 0.3:
    run(lambda: None)
time.sleep(0.2)
print(json.dumps(told))
"""


def test_what_hangs_is_broken_off_and_what_comes_back_is_not():
    ran = subprocess.run([sys.executable, "-c", LOOP], capture_output=True, text=True, check=True, timeout=60)

    first, stuck, second, asleep, *rest = json.loads(ran.stdout)
    assert (stuck, asleep) == ("broken off", "broken off")
    assert {first, second, *rest} == {"came back"}
