"""What people order goes to the watch with who ordered it, and what this process does is kept too."""

from leadline.vocabulary import Command

SUMMARY = "inc-01k9-summary"


async def audit(client):
    return (await client.get("/api/audit")).json()["audit"]


async def test_an_order_says_by_whom_and_which_way_it_came(control):
    async with control.signed_in() as client:
        await client.post(f"/api/incidents/{SUMMARY}/acknowledge", json={"by": "ann", "reason": "on it"})
        given = next(ask for ask in control.watch.asked if ask.name == Command.ACKNOWLEDGE)
        rows = await audit(client)

    assert given.arguments == {"incident_id": SUMMARY, "by": "ann", "reason": "on it", "via": "api"}
    assert [(row["chain"], row["action"], row["subject"], row["by"], row["via"]) for row in rows] == [
        ("watch", "acknowledge", SUMMARY, "ann", "api")
    ]


async def test_a_reload_is_kept_in_the_chain_of_the_control_process(control):
    async with control.signed_in() as client:
        await client.post("/-/reload")
        [row] = await audit(client)

    assert (row["chain"], row["action"], row["outcome"], row["sound"]) == ("control", "reload", "done", True)
    assert control.key not in str(row)


async def test_a_silence_that_fits_stands_with_the_incident_until_it_is_ended(control):
    async with control.signed_in() as client:
        silence = {"key": "PROVIDER:openai", "until": control.time + 600, "by": "ann", "reason": "known"}
        made = (await client.post("/api/silences", json=silence)).json()["silence"]
        fitting = (await client.get("/api/incidents/inc-01k9-openai")).json()["silences"]
        other = (await client.get(f"/api/incidents/{SUMMARY}")).json()["silences"]
        await client.delete(f"/api/silences/{made['silence_id']}", params={"by": "bob"})
        ended = (await client.get("/api/incidents/inc-01k9-openai")).json()["silences"]

    assert [(one["by"], one["reason"]) for one in fitting] == [("ann", "known")]
    assert other == []
    assert ended == []


async def test_every_destination_is_listed_also_one_that_was_never_told(control):
    async with control.signed_in() as client:
        rows = (await client.get("/api/destinations")).json()["destinations"]

    health = {row["destination"]: row for row in rows}
    assert list(health) == ["pagerduty", "mail", "hook"]
    assert health["mail"]["error"] == "answered 503"
    assert health["mail"]["failing_since"] is not None
    assert (health["hook"]["type"], health["hook"]["last_delivered_at"]) == ("webhook", None)


async def test_a_test_tells_what_was_answered(control):
    async with control.signed_in() as client:
        reply = await client.post("/api/destinations/mail/test", json={"by": "ann"})

    assert reply.json() == {"destination": "mail", "delivered": True, "answer": "mail answered 202."}


async def test_a_review_is_decided_by_the_watch_and_says_by_whom(control):
    async with control.signed_in() as client:
        waiting = (await client.get("/api/reviews", params={"state": "pending"})).json()["reviews"]
        whole = (await client.get("/api/reviews/rv-1")).json()["review"]
        done = await client.post("/api/reviews/rv-1/release", json={"by": "ann", "reason": "true"})
        missing = await client.get("/api/reviews/rv-9")
        [row] = await audit(client)

    assert [one["review_id"] for one in waiting] == ["rv-1", "rv-2"]
    assert "answer" not in waiting[0]
    assert whole["answer"] == "We <b>owe</b> EUR 4 million."
    assert (done.json()["review"]["state"], done.json()["review"]["changed"]) == ("released", True)
    assert (row["action"], row["subject"], row["by"], row["note"]) == ("release", "rv-1", "ann", "true")
    assert missing.status_code == 404
