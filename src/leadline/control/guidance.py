"""The routes that help a person find out: the triage tree, the runbooks, the draft of a postmortem."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.params import Path as PathParameter
from starlette.responses import PlainTextResponse, Response

from leadline.control import answers
from leadline.control.gathering import Look, Row, Tree, story_of, tree_of
from leadline.control.parts import ControlParts
from leadline.control.problems import Problem, answer
from leadline.control.questions import told
from leadline.control.runbooks import INDEX, runbook_text
from leadline.triage.postmortem import draft
from leadline.triage.tree import of_symptom
from leadline.vocabulary import FailureKind
from leadline.vocabulary import Query as Named

MOST_ROWS = 1000
Identifier = Annotated[str, PathParameter(max_length=300)]
Subject = Annotated[str, Query(max_length=300, description="The id of an incident, an event or a request.")]
Symptom = Annotated[str, Query(max_length=300, description="What was seen, in your own words.")]


def guidance_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["guidance"], responses=answers.NAMED_ERRORS)

    @routes.get("/triage", response_model=answers.Triage)
    async def triage(subject: Subject = "", symptom: Symptom = "") -> Response:
        """Branches of trouble to look at, each with questions and a runbook. Give one of the two."""
        if bool(subject) == bool(symptom):
            raise Problem(400, "invalid_parameter", "Give `subject` or `symptom`, and only one of them.")
        tree = Tree(symptom, of_symptom(symptom)) if symptom else await tree_of(_look(parts), subject)
        if tree is None:
            sentence = (
                f"There is no incident, event or request {subject!r}; it may be older than what is kept."
            )
            raise Problem(404, "not_found", sentence)
        return answer({"title": tree.title, "branches": tree.branches})

    @routes.get("/incidents/{incident_id}/postmortem", response_class=PlainTextResponse)
    async def postmortem(incident_id: Identifier, *, download: bool = False) -> Response:
        """The draft in Markdown, from what is stored."""
        story = await story_of(_look(parts), incident_id, parts.rules)
        if story is None:
            raise Problem(404, "not_found", f"There is no incident {incident_id!r}.")
        headers = {"cache-control": "no-store"}
        if download:
            headers["content-disposition"] = f'attachment; filename="{_file_name(incident_id)}.md"'
        return Response(draft(story), 200, headers, "text/markdown")

    @routes.get("/runbooks", response_model=answers.Runbooks)
    async def runbooks() -> Response:
        """Which there are: one for each kind of failure."""
        return answer({"runbooks": [kind.value for kind in FailureKind]})

    @routes.get("/runbooks/{name}", response_model=answers.Runbook)
    async def runbook(name: Identifier) -> Response:
        """One of them, or the `README` about all, in Markdown."""
        text = runbook_text(name)
        if text is None:
            raise Problem(
                404, "not_found", f"There is no runbook {name!r}; {INDEX!r} tells about all of them."
            )
        return answer({"name": name, "markdown": text})

    return routes


def _look(parts: ControlParts) -> Look:
    async def look(query: Named, arguments: Mapping[str, object]) -> Sequence[Row]:
        return (await told(parts, query, arguments, MOST_ROWS)).rows

    return look


def _file_name(incident_id: str) -> str:
    """Nothing that could end the header or the file's folder."""
    return "postmortem-" + "".join(c if c.isalnum() or c in "-_." else "_" for c in incident_id)[:120]
