"""From an incident that stays open to a closed issue, against a site that checks what Jira documents."""

import base64

import pytest
from tests.destinations.places import ESCALATED, LONG, OPENED, OUTLIVED, RESOLVED, build, site, told

from leadline.destinations import Declined


class Tracker:
    """Issues by key, with the two statuses that matter and a search by label."""

    def __init__(self, transitions=(("11", "Start", "indeterminate"), ("31", "Close", "done"))):
        self.issues = {}
        self.transitions = transitions
        self.heard = []

    def __call__(self, method, path, headers, body):
        self.heard.append((method, path))
        assert headers["authorization"].startswith(("Basic ", "Bearer "))
        match path.removeprefix("/rest/api/").split("/"):
            case ["2", "search"] | ["3", "search", "jql"]:
                assert set(body) == {"jql", "fields", "maxResults"}
                label = body["jql"].split('labels = "')[1].split('"')[0]
                assert 'project = "OPS"' in body["jql"]
                found = [issue for issue in self.issues.values() if label in issue["labels"]]
                return 200, {"issues": [self._shown(issue) for issue in found]}
            case ["2", "issue"]:
                return self._created(body["fields"])
            case ["2", "issue", key, "transitions"] if method == "GET":
                assert key in self.issues
                return 200, {
                    "transitions": [
                        {"id": number, "name": name, "to": {"statusCategory": {"key": to}}}
                        for number, name, to in self.transitions
                    ]
                }
            case ["2", "issue", key, "transitions"]:
                to = {number: to for number, _, to in self.transitions}
                self.issues[key]["status"] = to[body["transition"]["id"]]
                return 204, None
            case ["2", "issue", key, "comment"]:
                self.issues[key]["comments"].append(body["body"])
                return 201, {"id": "1"}
        return 404, {"errorMessages": ["no such path"]}

    def _created(self, fields):
        assert fields["project"] == {"key": "OPS"}
        assert len(fields["summary"]) <= 255
        assert len(fields["description"]) <= 32_767
        assert not any(" " in label or len(label) > 255 for label in fields["labels"])
        key = f"OPS-{len(self.issues) + 1}"
        self.issues[key] = {"key": key, "status": "new", "comments": [], **fields}
        return 201, {"id": "10001", "key": key, "self": f"https://jira.example.com/{key}"}

    def _shown(self, issue):
        return {"key": issue["key"], "fields": {"status": {"statusCategory": {"key": issue["status"]}}}}


async def test_what_stays_open_becomes_an_issue_that_closes_with_it():
    tracker = Tracker()

    async with site(tracker) as url:
        assert await told(build("jira", url=url), OUTLIVED, ESCALATED, RESOLVED) == [201, 201, 201]

    (issue,) = tracker.issues.values()
    assert issue["status"] == "done"
    assert issue["issuetype"] == {"name": "Bug"}
    assert issue["priority"] == {"name": "High"}
    assert issue["labels"] == ["leadline", "leadline-prv-1"]
    assert ["escalated" in comment for comment in issue["comments"]] == [True, False]
    assert "resolved" in issue["comments"][1]


async def test_a_repetition_finds_the_issue_that_it_made_before():
    tracker = Tracker()

    async with site(tracker) as url:
        await told(build("jira", url=url), OUTLIVED, OUTLIVED)

    assert len(tracker.issues) == 1


async def test_what_comes_back_reopens_its_issue():
    tracker = Tracker()

    async with site(tracker) as url:
        await told(build("jira", url=url), OUTLIVED, RESOLVED, ESCALATED)

    assert [issue["status"] for issue in tracker.issues.values()] == ["indeterminate"]


async def test_an_end_without_an_issue_asks_once_and_makes_none():
    tracker = Tracker()

    async with site(tracker) as url:
        await told(build("jira", url=url), RESOLVED)

    assert tracker.heard == [("POST", "/rest/api/2/search")]


async def test_a_workflow_without_an_end_is_told_with_its_cure():
    async with site(Tracker(transitions=(("11", "Start", "indeterminate"),))) as url:
        with pytest.raises(Declined, match=r"OPS-1 .*it has: Start.*set resolve_transition"):
            await told(build("jira", url=url), OUTLIVED, RESOLVED)


async def test_a_named_transition_is_taken():
    tracker = Tracker(transitions=(("31", "Close", "done"), ("41", "Won't fix", "done")))

    async with site(tracker) as url:
        jira = build("jira", url=url, resolve_transition="won't fix", priorities={})
        await told(jira, OUTLIVED, RESOLVED)

    (issue,) = tracker.issues.values()
    assert issue["status"] == "done"
    assert "priority" not in issue


async def test_what_is_no_jira_is_said_so():
    async with site(lambda *_: (200, ["hello"])) as url:
        with pytest.raises(Declined, match="not Jira as documented"):
            await told(build("jira", url=url), OPENED)


def test_the_cloud_has_its_own_search_and_a_user_with_a_token():
    request = build("jira", url="https://you.atlassian.net/", user="a@b.example").render(OPENED)

    assert request.url == "https://you.atlassian.net/rest/api/3/search/jql"
    assert base64.b64decode(request.headers["authorization"].split()[1]) == b"a@b.example:T0K3N"


def test_words_are_no_markup_and_fit():
    request = build("jira").follow_up(LONG, [b'{"issues": []}'])

    assert request is not None
    assert len(request.body.decode()) < 80_000
