"""What `leadline up --demo` finds on this machine: its folder, made anew each time, and free ports."""

import fcntl
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

from leadline.configuration.loading import BadConfiguration
from leadline.vocabulary import DataLayout

FOLDER = "leadline-demo"
_USUAL_PORTS = {"gateway": 8600, "control": 8601, "watch": 8602, "supervisor": 8603}


def fresh_folder() -> Path:
    """Raises BadConfiguration: a demo runs in it, it is somebody else's, or it cannot be written."""
    folder = Path(FOLDER)
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / "leadline.yaml").exists():
            problem = f"{FOLDER} exists and is not a demo's folder; move it away, the demo begins afresh."
            raise BadConfiguration(FOLDER, problem=problem)
        if _in_use(folder):
            problem = (
                f"a demo already runs in {folder.resolve()}. Stop it with Ctrl-C, or use another folder."
            )
            raise BadConfiguration(FOLDER, problem=problem)
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
    except OSError as error:
        problem = (
            f"{folder.resolve()} cannot be made anew ({error.strerror}). Start the demo where you may write."
        )
        raise BadConfiguration(FOLDER, problem=problem) from error
    return folder


def _in_use(folder: Path) -> bool:
    try:
        with Path(DataLayout(str(folder / "data")).lock).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def demo_ports() -> Mapping[str, int]:
    """The usual ports; where one is taken, 0, which lets the system choose."""
    return {name: port if _free(port) else 0 for name, port in _USUAL_PORTS.items()}


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
