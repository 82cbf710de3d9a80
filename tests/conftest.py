"""Where the shared data lies, and what every test may lean on."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("LEADLINE_DATA") or Path(__file__).parents[2] / "shared" / "data")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of recorded traffic; skips with a reason where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"no recorded data at {DATA}; set LEADLINE_DATA to its folder")
    return DATA
