"""A control process with its console, and what a test needs to visit it in a real Chromium."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect as playwright_expect

REPOSITORY = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]
DRAWN_WITHIN_MS = 15_000
"""A busy machine draws late."""
OURS = {"admin.key", "watch.sock", "plan.msgpack", "tool-rules.json"}


class Console:
    """The process, the address and the admin key that open it."""

    def __init__(self, root: Path, cwd: Path) -> None:
        self._root, self._cwd = root, cwd
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.control.console_process", str(root), "0"],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            cwd=cwd,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        self.address = next(line.split()[1] for line in self._process.stderr if line.startswith("ready "))
        self.key = (root / "admin.key").read_text().strip()

    def close(self) -> None:
        """It ends as it is asked to, and has neither written, nor called, nor complained of anything."""
        if self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            _, said = self._process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise

        assert self._process.returncode == 0
        assert "NETWORK" not in said
        assert "Traceback" not in said
        assert not list(self._cwd.iterdir())
        assert {file.name for file in self._root.iterdir()} <= OURS, "NiceGUI stored nothing"


def sign_in(page: Any, key: str) -> None:
    page.goto("/login")
    page.fill("#key", key)
    page.click("button[type=submit]")


playwright_expect.set_options(timeout=DRAWN_WITHIN_MS)


def expect(thing: Any) -> Any:
    return playwright_expect(thing)
