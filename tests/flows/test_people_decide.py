"""What people say of answers, and what they let pass, through a whole house: gateway, watch and commands."""

import json
import urllib.error
import urllib.request

import pytest
from tests.flows.support import APP_KEY, completion, configuration, until
from tests.flows.test_tool_policy import command

from leadline.vocabulary import Query

RAILS = """
guardrails:
  guards: {sums: {type: words, words: [million], label: sum}}
  policies:
    legal@1: {mode: enforce, stream: hold, rules: [{guard: sums, places: [output], word: hold}]}
  everywhere: [legal]
"""


@pytest.fixture
def house(open_house, upstreams, tmp_path):
    def script(asked):
        held = "owe" in asked["messages"][-1]["content"]
        return completion("We owe EUR 4 million." if held else "We owe nobody.", asked)

    upstream = upstreams(script)
    return open_house(configuration(tmp_path, upstream.url, upstream.url, upstream.url) + RAILS)


def call(house, method, path, body=None):
    request = urllib.request.Request(  # noqa: S310 - our own gateway
        house.gateway + path,
        json.dumps(body).encode() if body is not None else None,
        {"authorization": f"Bearer {APP_KEY}", "content-type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_an_answer_is_held_read_by_a_person_and_given_to_whoever_asked(house):
    status, headers, body = house.ask("What do we owe?")
    assert (status, body.get("error", {}).get("code")) == (400, "held_for_review"), body
    request_id, review = headers["x-leadline-request-id"], headers["x-leadline-review"]
    where = f"/v1/requests/{request_id}/answer"
    assert call(house, "GET", where)[0] == 202

    until(lambda: review in str(house.rows(Query.REVIEWS)), what="for the review")
    assert review in command(house, "reviews", "list", "--json").stdout
    assert "EUR 4 million" in command(house, "reviews", "show", review).stdout
    released = command(house, "reviews", "release", review, "--by", "ada", "--reason", "true")
    assert f"{review} is released." in released.stdout, released.stderr

    status, answer = call(house, "GET", where)
    assert (status, answer["choices"][0]["message"]["content"]) == (200, "We owe EUR 4 million.")
    assert "it cannot be rejected" in command(house, "reviews", "reject", review).stderr
    [row] = [row for row in house.rows(Query.AUDIT) if row["outcome"] == "done"]
    assert (row["action"], row["subject"], row["by"], row["note"]) == ("release", review, "ada", "true")


def test_what_people_say_stands_with_the_request_and_a_copied_answer_is_no_correction(house):
    status, headers, body = house.ask("Hello?")
    assert status == 200, (body, house.words())
    request_id = headers["x-leadline-request-id"]
    said = {"thumbs": "down", "corrected": body["choices"][0]["message"]["content"], "user": "u-1"}
    where = f"/v1/requests/{request_id}/feedback"
    until(lambda: house.rows(Query.REQUEST, request_id=request_id), what="for the record")

    assert [call(house, "POST", where, said)[0] for _ in range(2)] == [202, 202]
    assert call(house, "POST", "/v1/requests/never/feedback", said)[0] == 404

    def told():
        [row] = house.rows(Query.REQUEST, request_id=request_id)
        return {one["check"]: one for one in row["signals"] if one["check"].startswith("feedback")}

    until(lambda: len(told()) == 2, what="for the verdicts")
    assert (told()["feedback"]["verdict"], told()["feedback"]["kind"]) == ("fail", "quality.regression")
    assert told()["feedback_text"]["kind"] == "data.ground_truth_corruption"

    def kept():
        return call(house, "GET", f"/v1/requests/{request_id}")[1]["feedback"]

    until(kept, what="for the feedback")
    assert [(row["score"], "u-1" in str(row)) for row in kept()] == [(0.0, False)]
    until(lambda: "data.ground_truth_corruption" in str(house.rows(Query.EVENTS)), what="for the event")
    assert '"score": 0.0' in command(house, "feedback", "--negative", "--json").stdout
