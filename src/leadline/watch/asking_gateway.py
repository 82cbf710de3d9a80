"""Asks a model a question through our own gateway, as a judge, in the language of OpenAI's chat."""

from pathlib import Path

import msgspec

from leadline.checks.deep import Asked, Asking, Unavailable
from leadline.vocabulary import OutboundRequest
from leadline.watch.outbound import Refused, Reply, Send

COST_HEADER = "x-leadline-cost-usd"
_PATH = "/v1/chat/completions"


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


class _Said(msgspec.Struct, frozen=True):
    message: str = ""


class _Refused(msgspec.Struct):
    error: _Said = _Said()


_completion = msgspec.json.Decoder(_Completion)
_refused = msgspec.json.Decoder(_Refused)
_BAD_REQUEST = 400
_LONGEST_REASON = 120


class GatewayAsker:
    """`key_file` holds the internal key that control has made; `gateway` is the gateway's address.

    Models that reason refuse `temperature` and `max_tokens`: what is refused as a bad request is asked once
    more without them, and from then on that alias is asked so at once.
    """

    def __init__(self, gateway: str, key_file: Path, send: Send) -> None:
        self._url = gateway + _PATH
        self._key_file = key_file
        self._send = send
        self._plain: set[str] = set()

    async def __call__(self, asking: Asking) -> Asked:
        """Raises Unavailable."""
        reply = await self._post(asking, plain=asking.alias in self._plain)
        if reply.status == _BAD_REQUEST and asking.alias not in self._plain:
            reply = await self._post(asking, plain=True)
            if reply.is_success:
                self._plain.add(asking.alias)
        if not reply.is_success:
            why = f"the gateway answered a question to {asking.alias} with {reply.status}"
            raise Unavailable(f"{why}: {_reason(reply)}".rstrip(": "))
        try:
            answer = _completion.decode(reply.body).choices[0].message.content or ""
        except (msgspec.MsgspecError, IndexError) as error:
            raise Unavailable(f"the gateway's answer for {asking.alias} cannot be read") from error
        cost = reply.headers.get(COST_HEADER)
        return Asked(text=answer, cost_usd=float(cost) if cost else None)

    async def _post(self, asking: Asking, *, plain: bool) -> Reply:
        try:
            return await self._send(self._request(asking, plain=plain))
        except (OSError, Refused) as error:
            raise Unavailable(f"the gateway does not answer at {self._url}: {error}") from error

    def _request(self, asking: Asking, *, plain: bool) -> OutboundRequest:
        messages = [{"role": "system", "content": asking.system}] if asking.system else []
        messages.append({"role": "user", "content": asking.prompt})
        body: dict[str, object] = {"model": asking.alias, "messages": messages}
        if not plain:
            body |= {"temperature": asking.temperature, "max_tokens": asking.most_tokens}
        headers = {"content-type": "application/json", "authorization": f"Bearer {self._key()}"}
        return OutboundRequest(url=self._url, body=msgspec.json.encode(body), headers=headers)

    def _key(self) -> str:
        try:
            return self._key_file.read_text().strip()
        except OSError as error:
            raise Unavailable("control has made no internal key yet; start it") from error


def _reason(reply: Reply) -> str:
    """What the gateway said, in the form of OpenAI's errors."""
    try:
        return _refused.decode(reply.body).error.message[:_LONGEST_REASON]
    except msgspec.MsgspecError:
        return ""
