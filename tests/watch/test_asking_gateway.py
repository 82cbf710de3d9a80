"""Deep checks ask models through our own gateway, also those that refuse what others expect."""

import msgspec
import pytest

from leadline.checks.deep import Asking, Unavailable
from leadline.watch.asking_gateway import GatewayAsker
from leadline.watch.outbound import Reply

ANSWER = b'{"choices": [{"message": {"content": "yes"}}]}'
REFUSAL = b'{"error": {"message": "Unsupported parameter: max_tokens."}}'
ASKING = Asking(alias="careful", prompt="Is it?", system="Judge.")


class Gateway:
    """Refuses bodies that hold any of `refused`; keeps what it was sent."""

    def __init__(self, *refused, body=ANSWER, headers=None):
        self.refused, self.body, self.headers, self.got = refused, body, headers or {}, []

    async def __call__(self, request):
        self.got.append(msgspec.json.decode(request.body))
        if any(name in self.got[-1] for name in self.refused):
            return Reply(status=400, body=REFUSAL)
        return Reply(status=200, body=self.body, headers=self.headers)


@pytest.fixture
def asker(tmp_path):
    key_file = tmp_path / "judge.key"
    key_file.write_text("sk-judge\n")
    return lambda gateway: GatewayAsker("http://127.0.0.1:8600", key_file, gateway)


async def test_a_question_is_put_with_its_bounds_and_its_cost_is_known(asker):
    gateway = Gateway(headers={"x-leadline-cost-usd": "0.002"})
    asked = await asker(gateway)(ASKING)

    assert (asked.text, asked.cost_usd) == ("yes", 0.002)
    assert gateway.got[0] | {"messages": []} == {
        "model": "careful", "messages": [], "temperature": 0.0, "max_tokens": 400,
    }  # fmt: skip


async def test_a_model_that_refuses_the_bounds_is_asked_without_them_from_then_on(asker):
    gateway = Gateway("max_tokens", "temperature")
    ask = asker(gateway)
    answers = [(await ask(ASKING)).text, (await ask(ASKING)).text]

    assert answers == ["yes", "yes"]
    assert ["max_tokens" in body for body in gateway.got] == [True, False, False]


async def test_a_question_that_is_refused_either_way_says_why(asker):
    with pytest.raises(Unavailable, match="careful with 400: Unsupported parameter: max_tokens"):
        await asker(Gateway("model"))(ASKING)


async def test_an_answer_that_cannot_be_read_is_none(asker):
    with pytest.raises(Unavailable, match="cannot be read"):
        await asker(Gateway(body=b"{}"))(ASKING)


async def test_without_the_internal_key_nothing_is_asked(asker, tmp_path):
    ask = asker(Gateway())
    (tmp_path / "judge.key").unlink()

    with pytest.raises(Unavailable, match="no internal key"):
        await ask(ASKING)
