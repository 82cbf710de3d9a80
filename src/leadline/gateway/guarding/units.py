"""The texts of a body as guards read them, and the way back from a finding to where it is rewritten."""

import json
from collections.abc import Iterable, Sequence

import msgspec

from leadline.policy.guardrails import Hit
from leadline.policy.redaction import Edit, TokenMaker, edited, mask
from leadline.providers.texts import Spot, Texts
from leadline.vocabulary import Place


class Unit(msgspec.Struct, frozen=True):
    """One text that is looked at: a spot's, or those of several spots that a model reads as one."""

    place: Place
    text: str
    spots: tuple[Spot, ...]


def units_of(texts: Texts) -> list[Unit]:
    """Each text by itself, and the parts of a message joined, for what is split over them."""
    units = [Unit(spot.place, spot.text, (spot,)) for spot in texts.spots]
    groups: dict[tuple[int, Place], list[Spot]] = {}
    for spot in texts.spots:
        groups.setdefault((spot.group, spot.place), []).append(spot)
    for (_, place), spots in groups.items():
        if len(spots) > 1:
            units.append(Unit(place, "".join([spot.text for spot in spots]), tuple(spots)))
    return units


class Rewriting:
    """Edits gathered by spot, then carried out. `failed` = a spot could not be rewritten."""

    def __init__(self, tokens: TokenMaker | None) -> None:
        self._tokens = tokens
        self._edits: dict[int, tuple[Spot, list[Edit]]] = {}

    def take_out(self, hits: Iterable[Hit], units: Sequence[Unit]) -> None:
        for hit in hits:
            unit, finding = units[hit.looked.text], hit.looked.finding
            found = unit.text[finding.start : finding.end]
            by_token = hit.rule.tokens and self._tokens is not None
            label = finding.label
            instead = self._tokens.token(label, found) if by_token and self._tokens else mask(label)
            at = 0
            for spot in unit.spots:
                start, end = max(finding.start - at, 0), min(finding.end - at, len(spot.text))
                if start < end:
                    self._add(spot, Edit(start, end, instead))
                    instead = ""
                at += len(spot.text)

    def restore(self, units: Iterable[Unit]) -> None:
        """Turn the caller's tokens back."""
        for unit in units:
            if self._tokens is None or len(unit.spots) > 1:
                continue
            spot = unit.spots[0]
            for edit in self._tokens.restored(spot.text):
                self._add(spot, Edit(edit.start, edit.end, written_into(spot.place, edit.instead)))

    def carry_out(self) -> bool | None:
        """None = there was nothing to do, False = a text could not be rewritten."""
        if not self._edits:
            return None
        done = [spot.put(edited(spot.text, edits)) for spot, edits in self._edits.values()]
        return all(done)

    def _add(self, spot: Spot, edit: Edit) -> None:
        self._edits.setdefault(id(spot), (spot, []))[1].append(edit)


def written_into(place: Place, text: str) -> str:
    """As it may stand there: the arguments of a call are JSON, and so inside of a string."""
    return json.dumps(text, ensure_ascii=False)[1:-1] if place is Place.TOOL_ARGUMENTS else text
