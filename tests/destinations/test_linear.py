"""From an incident that stays open to a completed issue, against what Linear documents."""

import uuid

import pytest
from tests.destinations.places import ESCALATED, OUTLIVED, RESOLVED, SETTINGS, build, site, told

from leadline.destinations import Declined

STATES = [
    {"id": "s-done-2", "name": "Shipped", "type": "completed", "position": 5},
    {"id": "s-done", "name": "Done", "type": "completed", "position": 4},
    {"id": "s-todo", "name": "Todo", "type": "unstarted", "position": 1},
]
TYPES = {state["id"]: state["type"] for state in STATES}


class Workspace:
    """One team's issues by id; creating twice under one id is refused, as Linear does."""

    def __init__(self):
        self.issues = {}
        self.comments = {}

    def __call__(self, method, path, headers, body):
        assert (method, path, headers["authorization"]) == ("POST", "/graphql", "K3Y")
        query, given = body["query"], body["variables"]
        assert query.count("{") == query.count("}")
        if "issues(" in query:
            found = [issue for issue in self.issues.values() if issue["id"] == given["filter"]["id"]["eq"]]
            return 200, {"data": {"issues": {"nodes": [self._shown(issue) for issue in found]}}}
        if "issueCreate(" in query:
            return 200, self._created(given["input"])
        if "issueUpdate(" in query:
            self.issues[given["id"]]["type"] = TYPES[given["input"]["stateId"]]
            return 200, {"data": {"issueUpdate": {"success": True}}}
        self.comments[given["input"]["id"]] = given["input"]["body"]
        return 200, {"data": {"commentCreate": {"success": given["input"]["issueId"] in self.issues}}}

    def _created(self, given):
        assert uuid.UUID(given["id"]).version == 4
        assert given["teamId"] == SETTINGS["team_id"]
        assert given["priority"] in (1, 2, 3, 4)
        assert len(given["title"]) <= 255
        if given["id"] in self.issues:
            return {"errors": [{"message": "Entity already exists"}]}
        self.issues[given["id"]] = {"type": "unstarted", **given}
        return {"data": {"issueCreate": {"success": True, "issue": {"id": given["id"]}}}}

    def _shown(self, issue):
        return {
            "id": issue["id"],
            "state": {"type": issue["type"]},
            "team": {"states": {"nodes": STATES}},
        }


async def test_what_stays_open_becomes_an_issue_that_completes_with_it():
    workspace = Workspace()

    async with site(workspace) as url:
        await told(build("linear", url=f"{url}/graphql"), OUTLIVED, ESCALATED, RESOLVED)

    (issue,) = workspace.issues.values()
    assert issue["type"] == "completed"
    assert issue["priority"] == 2
    assert "openai / gpt-4o" in issue["description"]
    assert len(workspace.comments) == 2


async def test_a_repetition_makes_nothing_twice():
    workspace = Workspace()

    async with site(workspace) as url:
        linear = build("linear", url=f"{url}/graphql")
        await told(linear, OUTLIVED, ESCALATED, ESCALATED, RESOLVED, RESOLVED)

    assert len(workspace.issues) == 1
    assert len(workspace.comments) == 2


async def test_what_comes_back_is_taken_up_again():
    workspace = Workspace()

    async with site(workspace) as url:
        await told(build("linear", url=f"{url}/graphql"), OUTLIVED, RESOLVED, ESCALATED)

    assert [issue["type"] for issue in workspace.issues.values()] == ["unstarted"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"errors": [{"message": "Argument Validation Error"}]}, "Linear refused: Argument Validation Error"),
        ({"data": {"issues": {"nodes": "none"}}}, "not Linear as documented"),
    ],
)
async def test_a_refusal_with_status_200_is_one(answer, words):
    async with site(lambda *_: (200, answer)) as url:
        with pytest.raises(Declined, match=words):
            await told(build("linear", url=url), OUTLIVED)


async def test_an_unsuccessful_creation_names_the_settings():
    def api(_method, _path, _headers, body):
        if "issues(" in body["query"]:
            return 200, {"data": {"issues": {"nodes": []}}}
        return 200, {"data": {"issueCreate": {"success": False}}}

    async with site(api) as url:
        with pytest.raises(Declined, match="look at team_id"):
            await told(build("linear", url=url), OUTLIVED)
