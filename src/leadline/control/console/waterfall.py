"""Where the time of a request went: one bar per attempt, one colour per stage, on one scale."""

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.control.console.cells import milliseconds, number, plain
from leadline.control.console.marks import Words, box

STAGES = {
    "dns": ("dns_ms", "DNS"),
    "connect": ("connect_ms", "connect"),
    "tls": ("tls_ms", "TLS"),
    "wait": ("first_byte_ms", "first byte"),
    "transfer": ("transfer_ms", "transfer"),
}


def draw_waterfall(started_at: float, ended_at: float, attempts: Sequence[Mapping[str, Any]]) -> None:
    span_ms = max(1000 * (ended_at - started_at), 0.001)
    with box("ll-waterfall"):
        for attempt in attempts:
            _draw_attempt(attempt, 1000 * (number(attempt.get("started_at")) - started_at), span_ms)


def _draw_attempt(attempt: Mapping[str, Any], offset_ms: float, span_ms: float) -> None:
    target, selection = attempt["target"], attempt["selection"]
    failure = attempt.get("failure")
    with box("ll-attempt"):
        with box("ll-attempt-top"):
            Words(attempt.get("number"), "ll-attempt-number")
            Words(f"{target['provider']} / {target['model']}", "ll-strong")
            Words(target.get("region"), "ll-dim")
            Words(_why(selection), "ll-dim")
            with box("ll-after ll-attempt-end"):
                Words(attempt.get("status") or "no status", "ll-bad" if failure else "ll-good")
                Words(milliseconds(attempt["timings"].get("total_ms")), "ll-strong")
        _draw_stages(attempt["timings"], offset_ms, span_ms)
        if failure:
            Words(_said(failure), "ll-evidence ll-evidence-bad", "div")


def _said(failure: Mapping[str, Any]) -> str:
    """The kind, the upstream's own code and its message, as far as there are any."""
    told = (
        failure.get("kind") or "the caller's own request",
        failure.get("error_code"),
        failure.get("message"),
    )
    return " · ".join(plain(part) for part in told if part)


def _why(selection: Mapping[str, Any]) -> str:
    cause = selection.get("caused_by")
    return f"{selection.get('reason')}{f' after {cause}' if cause else ''}"


def _draw_stages(timings: Mapping[str, Any], offset_ms: float, span_ms: float) -> None:
    took = [(stage, label, number(timings.get(name))) for stage, (name, label) in STAGES.items()]
    took = [one for one in took if one[2] > 0]
    with box("ll-track"):
        left = 100 * offset_ms / span_ms
        for stage, label, stage_ms in took:
            width = 100 * stage_ms / span_ms
            bar = box(f"ll-stage ll-stage-{stage}").style(f"left:{left:.2f}%;width:{max(width, 0.4):.2f}%")
            bar.props(f'title="{label} {milliseconds(stage_ms)}"')
            left += width
    with box("ll-legend"):
        for stage, label, stage_ms in took:
            with box(f"ll-legend-item ll-legend-{stage}"):
                Words(label, "ll-dim")
                Words(milliseconds(stage_ms))
