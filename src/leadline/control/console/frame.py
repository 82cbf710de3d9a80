"""What stands around every page: name, navigation, traffic, health, theme, and the sentence of trouble."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui

from leadline.control.console.api_client import ApiClient, ApiProblem
from leadline.control.console.cells import count, number, share
from leadline.control.console.marks import Part, Words, box

_BINS, _STEP_S = 60, 15
_LAGGING_S = 5.0
PAGES = {
    "incidents": "Incidents",
    "requests": "Requests",
    "reviews": "Reviews",
    "targets": "Targets",
    "triage": "Triage",
    "tools": "Tools",
    "destinations": "Destinations",
    "audit": "Decisions",
}


class Frame:
    """Build it first in a page; `refresh` keeps it current, `attempt` runs the page's own refresh."""

    def __init__(self, api: ApiClient, active: str, now: Callable[[], float]) -> None:
        self._api = api
        self.now = now
        self._active = active
        with box("ll-header", "header"):
            self._brand()
            self._navigation = Part(self._draw_navigation, "ll-nav")
            self._navigation.show(0)
            box("ll-space")
            self._traffic = Part(_draw_traffic, "ll-traffic")
            self._health = Part(_draw_health, "ll-health")
            self._buttons()
        self._banner = Part(_draw_banner)
        self._trouble = Part(_draw_trouble)

    async def attempt(self, refresh: Callable[[], Awaitable[None]]) -> None:
        """Run `refresh`; what the API refuses is shown as a sentence, what is on screen stays."""
        try:
            await refresh()
        except ApiProblem as problem:
            if problem.status == 401:
                ui.navigate.to("/login")
                return
            self._trouble.show(problem.message)
        else:
            self._trouble.show("")

    async def refresh(self) -> None:
        about = await self._api.get("/api/about")
        self._banner.show(_banner_words(about))
        try:
            health = await self._api.get("/api/health")
        except ApiProblem as problem:
            if problem.status == 401:
                raise
            self._health.show((False, "watch does not answer", problem.message))
            return
        self._health.show(_health_words(health.get("health"), self.now()))
        traffic = await self._api.get("/api/traffic", {"since": f"{_BINS * _STEP_S}s", "step_s": _STEP_S})
        self._traffic.show(_traffic_points(traffic.get("traffic"), self.now()))
        found = await self._api.get("/api/incidents", {"status": "open", "limit": 1000})
        still_open = found.get("incidents")
        self._told_open(len(still_open) if isinstance(still_open, list) else 0)

    def _told_open(self, still_open: int) -> None:
        self._navigation.show(still_open)
        mark = f"({still_open}) " if still_open else ""
        ui.page_title(f"{mark}{PAGES[self._active]} · Leadline")

    def _brand(self) -> None:
        with box("ll-brand", "a").props("href=/incidents"):
            box("", "img").props("src=/assets/mark.svg alt= width=18 height=18")
            Words("Leadline")

    def _draw_navigation(self, still_open: int) -> None:
        for name, word in PAGES.items():
            with box("ll-tab", "a").props(f"href=/{name}") as tab:
                Words(word)
                if name == "incidents" and still_open:
                    Words(still_open, "ll-count").props(f'title="{still_open} open"')
            if name == self._active:
                tab.props("aria-current=page")

    def _buttons(self) -> None:
        box("ll-icon", "button").props("type=button data-theme-switch data-shows=auto")
        with box("ll-sign-out", "form").props("method=post action=/logout"):
            Words("Sign out", "ll-quiet", "button").props("type=submit")


def _banner_words(about: Mapping[str, object]) -> str:
    scale = number(about.get("time_scale")) or 1.0
    demo = "Demo with simulated providers. " if about.get("demo") else ""
    if scale == 1.0:
        return demo.strip()
    shorter = f"every window and delay is {1 / scale:g} times shorter than in production"
    return f"{demo}Rules run at time_scale {scale:g}: {shorter}."


def _draw_banner(words: str) -> None:
    if words:
        Words(words, "ll-banner", "div").props("role=note")


def _draw_trouble(sentence: str) -> None:
    if sentence:
        Words(sentence, "ll-trouble", "div").props("role=alert")


Points = tuple[tuple[int, int], ...]


def _traffic_points(rows: object, now: float) -> Points:
    """(requests, failed) per step from old to new; steps without a row are 0."""
    by_step = {
        int(number(row.get("at")) // _STEP_S): (
            int(number(row.get("requests"))),
            int(number(row.get("failed"))),
        )
        for row in (rows if isinstance(rows, list) else [])
    }
    last = int(now // _STEP_S)
    return tuple(by_step.get(step, (0, 0)) for step in range(last - _BINS + 1, last + 1))


def _draw_traffic(points: Points) -> None:
    box("", "ll-spark").props(f'values="{",".join(f"{all_}:{failed}" for all_, failed in points)}"').props(
        f'role=img title="Requests of the last {_BINS * _STEP_S // 60} minutes, failures below"'
    )
    # The newest step is still filling, so the rate is that of the two before it.
    recent = points[-3:-1]
    total, failed = sum(p[0] for p in recent), sum(p[1] for p in recent)
    with box("ll-rate"):
        Words(f"{total / (2 * _STEP_S):.1f}/s")
        Words(
            f"{share(failed / total if total else 0.0)} failed",
            "ll-bad" if failed > 0.02 * total else "ll-dim",
        )


HealthWords = tuple[bool, str, str]


def _health_words(health: object, now: float) -> HealthWords:
    """Well or not, the words beside the dot, and the longer hint."""
    row = health if isinstance(health, dict) else {}
    workers = row.get("workers")
    beats = workers if isinstance(workers, list) else []
    alive = [beat for beat in beats if now - number(beat.get("at")) < _LAGGING_S]
    lag_s, dropped = number(row.get("lag_s")), number(row.get("dropped"))
    words = [f"{lag_s:.1f} s behind", f"{len(alive)}/{len(beats)} workers"]
    if dropped:
        words.append(f"{count(dropped)} dropped")
    if row.get("disk_full"):
        words.append("disk full")
    if opened := _open_breakers(row):
        words.append(f"breaker open: {opened[0]}" + (f" and {len(opened) - 1} more" if opened[1:] else ""))
    if lacking := _lacking_guards(alive):
        words.append(f"guard not available: {', '.join(lacking)}")
    well = lag_s < _LAGGING_S and not dropped and not row.get("disk_full") and bool(alive) and not lacking
    hint = f"The watch is {lag_s:.1f} s behind the traffic; {count(dropped)} records were dropped."
    if opened:
        hint += f" No calls go to {', '.join(opened)} until a probe is answered."
    hint += "".join([f" {name}: {why}" for name, why in lacking.items()])
    return well, " · ".join(words), hint


def _lacking_guards(beats: list[Mapping[str, Any]]) -> dict[str, str]:
    """What cannot work in some worker, and why."""
    told = [(beat.get("lost") or {}).get("guards_unavailable") or {} for beat in beats]
    return {name: why for lacking in told for name, why in lacking.items()}


def _open_breakers(health: Mapping[str, object]) -> list[str]:
    targets = health.get("targets")
    known = targets if isinstance(targets, list) else []
    return [
        f"{one['provider']}/{one['model']}" for one in known if one.get("breaker") in ("open", "half_open")
    ]


def _draw_health(told: HealthWords) -> None:
    well, words, hint = told
    pill = Words(words, f"ll-pill {'ll-well' if well else 'll-unwell'}")
    pill.props["title"] = hint
