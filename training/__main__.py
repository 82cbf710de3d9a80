"""`python -m training NAME DATA [--documents FOLDER] [--out FOLDER]` makes the weights of one guard."""

import argparse
import importlib
import sys
import sysconfig
from pathlib import Path

import msgspec

NAMES = ("injection", "indirect_injection", "profanity")
_SHIPPED = Path(__file__).parents[1] / "src/leadline/checks/guards/weights"


def main() -> int:
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("data", type=Path, help="the folder of labelled rows")
    parser.add_argument("--documents", type=Path, default=Path(sysconfig.get_paths()["stdlib"]))
    parser.add_argument("--out", type=Path, default=_SHIPPED)
    asked = parser.parse_args()
    record = importlib.import_module(f"training.{asked.name}").make(asked.data, asked.documents, asked.out)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(record.figures), indent=2).decode() + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
