"""`python -m training.fresh NAME OUT.jsonl.gz [--seed 1] [--rows 3000]` writes rows for `checks measure`."""

import argparse
import gzip
import importlib
from pathlib import Path

import msgspec

NAMES = ("languages", "pii", "refusals", "secrets")


def main() -> int:
    parser = argparse.ArgumentParser(prog="training.fresh", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("out", type=Path, help="a file of rows, .jsonl.gz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--split", choices=("dev", "test"), help="only the rows of one half")
    asked = parser.parse_args()
    made = importlib.import_module(f"training.fresh.{asked.name}").rows(asked.seed, asked.rows)
    with gzip.open(asked.out, "wb") as file:
        for row in made:
            if asked.split in (None, row.split):
                file.write(msgspec.json.encode(row) + b"\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
