"""What grows from event to event of a stream: how far it has been looked at, and what is changed in it."""

from collections.abc import Iterable

from leadline.policy.redaction import Edit, merged
from leadline.vocabulary import Place


class Channel:
    """One growing text. Places are counted from its beginning, though what is long out is forgotten.

    `stable` is the end of what may go out: what stands before it can be part of no finding still to come.
    `whole` = it came in one event and does not grow. `over` = nothing more was to come; where something
    does, it grows on.
    """

    def __init__(self, place: Place, *, whole: bool) -> None:
        self.place = place
        self.whole = whole
        self.over = False
        self.stable = 0
        self.length = 0
        self.looked_at = 0
        self._edits: list[Edit] = []
        self._base = 0
        self._out = 0
        self._kept = ""
        self._new: list[str] = []

    def grow(self, text: str) -> tuple[int, int]:
        """Where the new piece stands."""
        self.over = False
        self._new.append(text)
        self.length += len(text)
        return self.length - len(text), self.length

    @property
    def unseen(self) -> int:
        """Characters that came since it was last looked at."""
        return self.length - self.looked_at

    @property
    def held(self) -> int:
        """Characters that were kept back at the last look."""
        return self.looked_at - self.stable

    @property
    def is_due(self) -> bool:
        """It will not grow, and has not been looked at, or waits for what will not come."""
        return (self.whole and self.unseen > 0) or (self.over and self.stable < self.length)

    @property
    def grows(self) -> bool:
        return not (self.whole or self.over)

    def view(self, back: int) -> tuple[int, str]:
        """(where it begins, the text) of all that may still change and `back` characters before that."""
        text = self._text()
        start = max(self.stable - back, self._base)
        return start, text[start - self._base :]

    def looked(self, edits: Iterable[Edit], held_back: int) -> None:
        """Take note of what was found in all of it. All but the last `held_back` characters may go out."""
        fresh = [edit for edit in edits if edit.end > self.stable]
        settled = [edit for edit in self._edits if edit.end <= self.stable]
        self._edits = settled + merged(
            Edit(max(one.start, self.stable), one.end, one.instead) for one in fresh
        )
        self.looked_at = self.length
        stable = max(self.stable, self.length - held_back)
        for edit in self._edits:
            # a finding goes out whole: its end may still grow
            if self.stable <= edit.start < stable < edit.end:
                stable = edit.start
        self.stable = stable

    def changed(self, start: int, end: int) -> bool:
        return any(edit.start < end and edit.end > start for edit in self._edits)

    def written(self, start: int, end: int) -> str:
        """What goes out for the piece that stands there. A change goes out where it begins."""
        text, out, at = self._text(), [], start
        for edit in self._edits:
            if edit.end <= start:
                continue
            if edit.start >= end:
                break
            if edit.start >= at:
                out += [text[at - self._base : edit.start - self._base], edit.instead]
            at = max(at, edit.end)
        self._out = end
        return "".join([*out, text[at - self._base : end - self._base] if at < end else ""])

    def forget(self, back: int) -> None:
        """What is further back than `back` characters from what has still to go out is not needed."""
        cut = min(self.stable, self._out) - back - self._base
        if cut > 4 * back:
            self._kept = self._text()[cut:]
            self._base += cut
            self._edits = [edit for edit in self._edits if edit.end > self._base]

    def _text(self) -> str:
        if self._new:
            self._kept += "".join(self._new)
            self._new = []
        return self._kept
