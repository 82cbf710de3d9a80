"""What holds now, when people, the watch and the plan say different things."""

from leadline.vocabulary import Overlay, OverlayEntry, Plan


class Effective:
    """The values of one plan with one overlay: a person's pin, else the watch's entry, else nothing.

    Built once per generation; a look-up is two dictionary accesses.
    """

    def __init__(self, plan: Plan, overlay: Overlay) -> None:
        self._ranks = tuple(filter(None, (_by_name(plan.pins), _by_name(overlay.entries))))

    def entry(self, what: str, name: str, now: float) -> OverlayEntry | None:
        """The entry that decides `what` for `name` at Unix time `now`; expired ones decide nothing."""
        for entries in self._ranks:
            found = entries.get((what, name))
            if found is not None and (found.expires_at is None or now < found.expires_at):
                return found
        return None

    def value(self, what: str, name: str, now: float) -> float | None:
        found = self.entry(what, name, now)
        return None if found is None else found.value


def effective(plan: Plan, overlay: Overlay) -> Effective:
    """Human pin > overlay > plan."""
    return Effective(plan, overlay)


def _by_name(entries: tuple[OverlayEntry, ...]) -> dict[tuple[str, str], OverlayEntry]:
    return {(entry.what, entry.name): entry for entry in entries}
