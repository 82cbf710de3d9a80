"""Whether a text may hold what a pattern looks for: the look that spares most answers the pattern."""


def holds_one(text: str, marks: tuple[str, ...]) -> bool:
    """A loop, as a generator for `any` costs more than the looks themselves."""
    for mark in marks:  # noqa: SIM110 - see above
        if mark in text:
            return True
    return False
