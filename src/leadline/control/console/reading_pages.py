"""Pages to read: the runbooks as they came with this version, and the draft of a postmortem."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from markdown_it import MarkdownIt
from nicegui import ui

from leadline.control.console.api_client import ApiClient
from leadline.control.console.marks import Part, Words, box, link

_TO_RUNBOOK = re.compile(r"\]\(([a-z_]+\.[a-z_]+|README)\.md\)")
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,120}")
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
INDEX = "README"


class RunbookPage:
    """One runbook, or the list of them with the page about all; with an incident, its commands name it."""

    def __init__(self, api: ApiClient, given: Mapping[str, str], name: str) -> None:
        self._api = api
        self._name = name or INDEX
        incident = given.get("incident", "")
        self._incident = incident if _SAFE_ID.fullmatch(incident) else ""
        with box("ll-page", "main"):
            with box("ll-heading-row"):
                if self._incident:
                    link(f"Back to {self._incident}", f"/incidents/{self._incident}")
                link("All runbooks", "/runbooks")
            self._text: Part[str] = Part(_draw_markdown)
            self._list: Part[tuple[str, ...]] = Part(_draw_list)

    async def refresh(self) -> None:
        found = await self._api.get(f"/api/runbooks/{quote(self._name, safe='')}")
        self._text.show(_with_links(str(found["markdown"]), self._incident))
        if self._name == INDEX:
            names = (await self._api.get("/api/runbooks"))["runbooks"]
            self._list.show(tuple(map(str, names)) if isinstance(names, list) else ())


class PostmortemPage:
    """The draft as text: what models and callers wrote must not become a page."""

    def __init__(self, api: ApiClient, incident_id: str) -> None:
        self._api = api
        self._path = f"/api/incidents/{quote(incident_id, safe='')}/postmortem"
        with box("ll-page", "main"):
            with box("ll-heading-row"):
                link("Back to the incident", f"/incidents/{quote(incident_id, safe='')}")
                box("ll-space")
                copies = Words("Copy", "ll-button", "button")
                copies.props("type=button data-copies=.ll-postmortem")
                keeps = link("Download .md", f"{self._path}?download=true", "ll-button ll-button-main")
                keeps.props("download")
            self._text: Part[str] = Part(_draw_text)

    async def refresh(self) -> None:
        self._text.show(await self._api.text(self._path))


def _with_links(markdown: str, incident: str) -> str:
    """Links lead to our own pages; the word INCIDENT becomes the incident that is looked at."""
    about = f"?incident={incident}" if incident else ""
    text = _TO_RUNBOOK.sub(lambda found: f"](/runbooks/{found[1]}{about})", markdown)
    return text.replace("INCIDENT", incident) if incident else text


def _draw_markdown(text: str) -> None:
    # Our own files, and markup inside them stays text: nothing of a model or a caller is in it.
    ui.html(_markdown.render(text), sanitize=False).classes("ll-prose")


def _draw_text(text: str) -> None:
    Words(text, "ll-text ll-postmortem", "pre")


def _draw_list(names: tuple[str, ...]) -> None:
    if not names:
        return
    Words("All of them", "ll-page-title", "h2")
    with box("ll-examples"):
        for name in names:
            link(name, f"/runbooks/{name}", "ll-chip")
