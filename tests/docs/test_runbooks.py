"""Every kind of failure has its runbook, and what a runbook tells a woken person to type exists."""

import re
import shlex
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import typer.main
from pydantic import BaseModel
from typer.core import TyperGroup

from leadline.cli.commands import app
from leadline.configuration.shape import Config
from leadline.control.openapi import document
from leadline.vocabulary import FailureCategory, FailureKind

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
INDEX = RUNBOOKS / "README.md"
PAGES = sorted(set(RUNBOOKS.glob("*.md")) - {INDEX})
TEXTS = [*PAGES, INDEX]
HEADINGS = [
    "What you see",
    "First three questions",
    "Do",
    "How it clears",
    "Often confused with",
]
LONGEST_PAGE = 60
GATEWAY, CONTROL = 8600, 8601

_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_CODE = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_URL = re.compile(r"http://127\.0\.0\.1:(\d+)(/[^\s\"`]*)")
_METRIC = re.compile(r"\bleadline_[a-z_]+[a-z]")
_SETTING = re.compile(r"(?:gateway|watch|control|supervisor|models|providers)(?:\.[A-Za-z_]+)+")


def code_of(path: Path) -> list[str]:
    """Every command line and every inline piece of code."""
    blocks = [block or inline for block, inline in _CODE.findall(path.read_text())]
    return [line.strip() for block in blocks for line in block.splitlines()]


def commands_of(path: Path) -> list[list[str]]:
    parts = [part.strip() for line in code_of(path) for part in re.split(r"&&|\|", line)]
    return [shlex.split(part, comments=True) for part in parts if part.startswith("leadline ")]


def headings(text: str, level: str) -> list[str]:
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return re.findall(rf"^{level} (.+)$", prose, flags=re.MULTILINE)


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def anchor(heading: str) -> str:
    """As forges make it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_no_kind_is_without_a_runbook_and_no_runbook_without_a_kind():
    assert {page.stem for page in PAGES} == {kind.value for kind in FailureKind}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_has_its_headings_in_order_and_says_first_what_it_is(page):
    text = page.read_text()
    first = text.split("\n\n")[1]

    assert headings(text, "#") == [page.stem]
    assert headings(text, "##") == HEADINGS
    assert first[0].isupper() or first.startswith("429")
    assert first.endswith(".")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_asks_three_questions_and_has_an_order_of_work(page):
    parts = sections(page.read_text())

    assert re.findall(r"^(\d)\. ", parts["First three questions"], re.MULTILINE) == ["1", "2", "3"]
    assert re.findall(r"^(\d)\. ", parts["Do"], re.MULTILINE)[:2] == ["1", "2"]
    assert "eversible" in parts["Do"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_is_read_in_a_minute(page):
    assert len(page.read_text().splitlines()) <= LONGEST_PAGE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_points_to_the_kinds_it_is_confused_with(page):
    links = _LINK.findall(sections(page.read_text())["Often confused with"])

    assert links
    assert f"{page.stem}.md" not in links


def test_the_index_names_every_runbook_under_its_category():
    listed = sections(INDEX.read_text())
    for category in FailureCategory:
        heading = next(title for title in listed if title.lower().startswith(f"{category.value}:"))
        rows = re.findall(r"^\| \[([\w.]+)\]\(([\w.]+)\) \| (\w+)", listed[heading], re.MULTILINE)

        assert [name for name, _, _ in rows] == [k.value for k in FailureKind if k.category is category]
        assert all(target == f"{name}.md" for name, target, _ in rows)
        assert all(word == FailureKind(name).failure_class.value for name, _, word in rows)


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name)
def test_links_inside_the_docs_resolve(path):
    for link in _LINK.findall(path.read_text()):
        if link.startswith(("https://", "http://")):
            continue
        name, _, fragment = link.partition("#")
        target = (path.parent / name).resolve() if name else path

        assert target.exists(), link
        if fragment:
            assert fragment in {anchor(title) for title in headings(target.read_text(), "##")}, link


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_command_exists_with_its_options(path):
    known = typer.main.get_command(app)
    assert isinstance(known, TyperGroup)
    for words in commands_of(path):
        if words[1:] == ["up"]:
            continue
        command = known.commands[words[1]]
        context = command.make_context(words[1], words[2:])
        kind = context.params.get("kind")

        assert kind is None or FailureKind(kind), words


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_address_of_the_control_api_exists_with_its_parameters(path, api):
    for port, rest in _URL.findall(path.read_text()):
        if int(port) != CONTROL:
            continue
        address = urlsplit(rest)
        place = re.sub(r"/[A-Z]+$", lambda word: f"/{{{word.group()[1:].lower()}_id}}", address.path)

        assert place in api
        for name, _ in parse_qsl(address.query):
            assert name in api[place], f"{rest}: {name}"


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_address_of_the_gateway_exists(path):
    rests = {rest for port, rest in _URL.findall(path.read_text()) if int(port) == GATEWAY}

    assert rests <= {"/v1/requests/REQUEST", "/health/readiness"}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_metric_exists(path):
    named = {name.removesuffix("_total") for code in code_of(path) for name in _METRIC.findall(code)}

    assert named <= declared_metrics()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_setting_exists(path):
    for code in code_of(path):
        found = _SETTING.match(code)
        if found is not None:
            assert has_setting(Config, found.group().split(".")), code


@pytest.fixture(scope="module")
def api() -> dict[str, set[str]]:
    """Names of the query parameters by path."""
    paths = document()["paths"]
    assert isinstance(paths, dict)
    return {
        path: {p["name"] for verb in verbs.values() for p in verb.get("parameters", ())}
        for path, verbs in paths.items()
    }


def declared_metrics() -> set[str]:
    folders = ("watch", "supervisor")
    files = [file for folder in folders for file in (ROOT / "src" / "leadline" / folder).glob("*metrics.py")]
    return {name for file in files for name in re.findall(r'"(leadline_[a-z_]+)"', file.read_text())}


def has_setting(section: type[BaseModel], names: list[str]) -> bool:
    """Whether the path leads somewhere; a name in capitals stands for any key of a mapping."""
    for name in names:
        if name.isupper():
            continue
        field = section.model_fields.get(name)
        if field is None:
            return False
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        section = next((t for t in inner if isinstance(t, type) and issubclass(t, BaseModel)), BaseModel)
    return True
