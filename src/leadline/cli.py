"""`leadline up | check | gateway | watch | control | incidents | events | requests`."""


def main() -> None:
    raise SystemExit("leadline is being built")
