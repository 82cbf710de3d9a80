"""Asks a model a question through our own gateway, as a judge, in the language of OpenAI's chat."""

from pathlib import Path

import msgspec

from leadline.checks.deep import Asked, Asking, Unavailable
from leadline.vocabulary import OutboundRequest
from leadline.watch.outbound import Refused, Send

COST_HEADER = "x-leadline-cost-usd"
_PATH = "/v1/chat/completions"


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


_completion = msgspec.json.Decoder(_Completion)


class GatewayAsker:
    """`key_file` holds the internal key that control has made; `gateway` is the gateway's address."""

    def __init__(self, gateway: str, key_file: Path, send: Send) -> None:
        self._url = gateway + _PATH
        self._key_file = key_file
        self._send = send

    async def __call__(self, asking: Asking) -> Asked:
        """Raises Unavailable."""
        try:
            reply = await self._send(self._request(asking))
        except (OSError, Refused) as error:
            raise Unavailable(f"the gateway does not answer at {self._url}: {error}") from error
        if not reply.is_success:
            raise Unavailable(f"the gateway answered a question to {asking.alias} with {reply.status}")
        try:
            answer = _completion.decode(reply.body).choices[0].message.content or ""
        except (msgspec.MsgspecError, IndexError) as error:
            raise Unavailable(f"the gateway's answer for {asking.alias} cannot be read") from error
        cost = reply.headers.get(COST_HEADER)
        return Asked(text=answer, cost_usd=float(cost) if cost else None)

    def _request(self, asking: Asking) -> OutboundRequest:
        messages = [{"role": "system", "content": asking.system}] if asking.system else []
        messages.append({"role": "user", "content": asking.prompt})
        body = {
            "model": asking.alias,
            "messages": messages,
            "temperature": asking.temperature,
            "max_tokens": asking.most_tokens,
        }
        headers = {"content-type": "application/json", "authorization": f"Bearer {self._key()}"}
        return OutboundRequest(url=self._url, body=msgspec.json.encode(body), headers=headers)

    def _key(self) -> str:
        try:
            return self._key_file.read_text().strip()
        except OSError as error:
            raise Unavailable("control has made no internal key yet; start it") from error
