"""The whole change, signed."""

import hashlib
import hmac
import json

from tests.destinations.places import OPENED, build


def test_a_webhook_gets_the_whole_change_and_can_be_verified():
    request = build("webhook", secret="s3cret", headers={"X-Team": "ops"}).render(OPENED)

    told = json.loads(request.body)
    assert (told["version"], told["change"], told["sequence"], told["page"]) == ("1", "opened", 1, True)
    assert told["incident"]["samples"][0]["causal_signals"]["http_status"] == 503
    expected = hmac.new(b"s3cret", request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-leadline-signature"] == f"sha256={expected}"
    assert request.headers["x-team"] == "ops"
