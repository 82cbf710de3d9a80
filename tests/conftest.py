"""Where the recorded data lies, and the promise of CI that nothing is skipped there in silence."""

import atexit
import gc
import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest
import structlog

from leadline.checks.guards.names import Names

DATA = Path(os.environ.get("LEADLINE_DATA") or Path(__file__).parents[2] / "shared" / "data")
NO_DATA = "no recorded data"
NOT_TO_BE_HAD = (NO_DATA, "mount", "IPv6")
"""Words in the reason of a skip that no package can cure: data that lies elsewhere, rights, the kernel."""

# a law says what holds, and on a busy machine any example may take its time
hypothesis.settings.register_profile("busy machine", deadline=None)
hypothesis.settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of recorded traffic; skips with a reason where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"{NO_DATA} at {DATA}; set LEADLINE_DATA to its folder")
    return DATA


@pytest.fixture(scope="session")
def names() -> Names:
    """The guard with the model of the extra `names`; skips with a reason where that is absent."""
    guard = Names()
    if guard.unavailable:
        pytest.skip(f"the extra `names` is absent: {guard.unavailable}")
    guard.load()
    return guard


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays to the end: no test need look through it for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        atexit.register(gc.unfreeze)  # else DuckDB's binding complains of what it takes for leaks


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With LEADLINE_NO_SKIPS a skip is a failure, but for what no package can bring."""
    report = yield
    if report.skipped and os.environ.get("LEADLINE_NO_SKIPS") and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        if not any(words in reason for words in NOT_TO_BE_HAD):
            report.outcome = "failed"
            report.longrepr = f"skipped where nothing may be skipped: {reason}"
    return report


@pytest.fixture(autouse=True)
def _log_of_its_own() -> Generator[None]:
    """A test that configures the log does not do so for the next one."""
    yield
    structlog.reset_defaults()
