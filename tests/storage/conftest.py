"""A disk so small that it is soon full."""

import shutil
import subprocess
from pathlib import Path

import pytest


class SmallDisk:
    """A folder, and how many bytes still fit into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __truediv__(self, name: str) -> Path:
        return self._folder / name

    def free(self) -> int:
        return shutil.disk_usage(self._folder).free


@pytest.fixture
def small_disk(tmp_path):
    """8 MB of tmpfs; skips where this user may not mount one."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if mounted.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    yield SmallDisk(place)
    subprocess.run(["umount", "-l", str(place)], check=True)
