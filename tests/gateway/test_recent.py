"""The last requests are remembered, and only for their own tenant."""

from leadline.gateway.recent import Recent
from leadline.vocabulary import Caller, Exchange, WireProtocol


def exchange(request_id: str, tenant: str = "acme") -> Exchange:
    return Exchange(
        request_id=request_id,
        started_at=0,
        ended_at=0,
        protocol=WireProtocol.OPENAI_CHAT,
        alias="chat",
        streaming=False,
        caller=Caller(key_alias="k", tenant=tenant),
        status=200,
    )


def test_the_oldest_makes_room_for_the_newest():
    recent = Recent(2)
    for request_id in "abc":
        recent.remember(exchange(request_id), ())

    assert recent.find("a", "acme") is None
    assert recent.find("b", "acme")
    assert recent.find("c", "acme")


def test_another_tenant_s_request_is_not_there():
    recent = Recent(2)
    recent.remember(exchange("a"), ())

    assert recent.find("a", "other") is None
