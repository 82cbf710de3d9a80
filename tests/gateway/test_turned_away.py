"""Questions that a provider's own filter turned away are findings, not only errors of the caller."""

import json

import pytest
from tests.gateway.conftest import plan_for

from leadline.triage.rows import rows_of
from leadline.vocabulary import FailureKind


def azure_error(**found):
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": found}
    error = {
        "message": "filtered",
        "type": None,
        "code": "content_filter",
        "status": 400,
        "innererror": inner,
    }
    return json.dumps({"error": error}).encode()


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ({"jailbreak": {"detected": True, "filtered": True}}, FailureKind.SECURITY_JAILBREAK),
        ({"indirect_attack": {"detected": True, "filtered": True}}, FailureKind.SECURITY_INDIRECT_INJECTION),
        (
            {"jailbreak": {"detected": False}, "violence": {"filtered": True, "severity": "medium"}},
            FailureKind.QUALITY_REFUSAL,
        ),
        ({"jailbreak": "detected"}, FailureKind.QUALITY_REFUSAL),
    ],
)
async def test_what_azure_stopped_says_whether_it_was_an_attack(start, primary, fallback, found, kind):
    gateway = await start(plan_for(primary, fallback))
    primary.answers(azure_error(**found), status=400)

    reply = await gateway.chat()

    record = await gateway.recorded()
    (row,) = rows_of(record)
    assert row.checks
    (told,) = row.checks
    assert reply.status_code == 400
    assert fallback.heads == []
    assert (told.kind, told.asked) == (kind, True)
    assert told.mitigated == (kind is not FailureKind.QUALITY_REFUSAL)
    assert row.kind is None
