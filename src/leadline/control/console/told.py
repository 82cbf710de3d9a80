"""Who was told of an incident: each change, by whom it was made, where it went, and what became of that."""

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.control.console.cells import number, plain
from leadline.control.console.marks import Words, box, heading, moment, severity_badge

_STATES = {"delivered": "told", "pending": "waiting", "failed": "given up"}


def draw_changes(data: tuple[Any, Any]) -> None:
    """`data` are the updates and the deliveries of an incident."""
    updates, deliveries = data
    if not updates:
        return
    heading("Timeline")
    with box("ll-changes", "ol"):
        for update in sorted(updates, key=lambda update: number(update.get("at"))):
            _draw_change(update, [d for d in deliveries or [] if d.get("sequence") == update.get("sequence")])


def _draw_change(update: Mapping[str, Any], deliveries: Sequence[Mapping[str, Any]]) -> None:
    with box(f"ll-change ll-change-{plain(update.get('change'))}", "li"):
        with box("ll-change-top"):
            moment(update.get("at"), "stamp", "ll-dim")
            Words(plain(update.get("change")).capitalize(), "ll-change-word")
            severity_badge(update.get("severity"))
            if update.get("page"):
                Words("paged", "ll-tag")
            if update.get("silenced"):
                Words("silenced", "ll-tag").props["title"] = "A silence kept this from everybody."
            if update.get("by"):
                Words(f"by {plain(update['by'])}", "ll-strong")
        if update.get("note"):
            Words(update["note"], "ll-note", "div")
        for delivery in deliveries:
            _draw_delivery(delivery)


def _draw_delivery(delivery: Mapping[str, Any]) -> None:
    state = plain(delivery.get("state"))
    tries = int(number(delivery.get("tries")))
    with box(f"ll-delivery ll-delivery-{state}"):
        Words(delivery.get("destination"), "ll-delivery-name")
        Words(_STATES.get(state, state), "ll-delivery-state")
        if tries:
            moment(delivery.get("at"), "stamp", "ll-dim")
        if tries > 1:
            Words(f"{tries} tries", "ll-dim")
        if delivery.get("error") and state != "delivered":
            Words(delivery["error"], "ll-bad")
        if state == "pending" and number(delivery.get("next_at")):
            Words("next", "ll-dim")
            moment(delivery.get("next_at"), "stamp", "ll-dim")
