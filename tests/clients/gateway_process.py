"""`leadline gateway` as a process of its own, with keys in its environment and its spool on disk."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import yaml

from leadline.vocabulary import Observation
from leadline.vocabulary.spool import Frame, decode, frames

APP_KEY = "lk-app-51c0ffee"
OTHER_KEYS = {"limited-openai": "lk-l-1", "limited-anthropic": "lk-l-2", "limited-gemini": "lk-l-3"}
PROVIDER_KEYS = {"openai": "sk-ours-0a", "anthropic": "sk-ant-ours-1b", "gemini": "AIza-ours-2c"}


class Gateway:
    """One worker on an ephemeral port. `url` has no path: each SDK adds its own."""

    def __init__(
        self, folder: Path, configuration: Mapping[str, Any], environment: Mapping[str, str] | None = None
    ) -> None:
        self._spool = folder / "data" / "spool"
        self._read: dict[Path, int] = {}
        self._records: dict[str, Observation] = {}
        self._log = (folder / "gateway.log").open("w+")
        (folder / "leadline.yaml").write_text(
            yaml.safe_dump({"data_dir": str(folder / "data"), **configuration})
        )
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            command = [sys.executable, "-m", "leadline", "gateway", "-c", str(folder / "leadline.yaml")]
            self._process = subprocess.Popen(
                [*command, "--fd", str(listening.fileno())],
                pass_fds=[listening.fileno()],
                env={**os.environ, **secrets(), **(environment or {})},
                stdout=self._log,
                stderr=self._log,
            )
        ready = httpx2.get(f"{self.url}/health/readiness", timeout=60)
        assert ready.status_code == 200, self.words()

    def words(self) -> str:
        """All it has said so far."""
        self._log.flush()
        return Path(self._log.name).read_text()

    def record(self, request_id: str) -> Observation:
        """What the gateway handed to the watch about a request, as soon as it is on disk."""
        deadline = time.monotonic() + 20
        while request_id not in self._records:
            assert time.monotonic() < deadline, f"no record of {request_id}: {self.words()}"
            if not self._read_on():
                time.sleep(0.02)
        return self._records[request_id]

    def spooled(self) -> bytes:
        return b"".join(path.read_bytes() for path in self._spool.glob("*.spool"))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        self._log.close()

    def _read_on(self) -> int:
        """How many further records came to light."""
        before = len(self._records)
        for path in sorted(self._spool.glob("*.spool")):
            with path.open("rb") as segment:
                segment.seek(start := self._read.get(path, 0))
                buffer = segment.read()
            for frame in frames(buffer):
                if isinstance(frame, Frame):
                    self._read[path] = start + frame.end
                    record = decode(frame)
                    if isinstance(record, Observation):
                        self._records[record.exchange.request_id] = record
        return len(self._records) - before


def secrets() -> dict[str, str]:
    named = {"app": APP_KEY, **OTHER_KEYS, **PROVIDER_KEYS}
    return {variable(name): value for name, value in named.items()}


def variable(name: str) -> str:
    """The environment variable that holds the key of that name."""
    return f"CLIENTS_TEST_{name.upper().replace('-', '_')}"
