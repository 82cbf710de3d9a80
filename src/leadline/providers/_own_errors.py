"""Headers and bodies of the replies that Leadline itself writes, the same for all protocols."""

import math
from collections.abc import Mapping

import msgspec

from leadline.vocabulary import ClientError, UpstreamReply

_OWN_LIMIT = "rate_limited"
"""The code of a `ClientError` for a key that is over its own limit."""


def json_reply(status: int, body: object, headers: Mapping[str, str]) -> UpstreamReply:
    return UpstreamReply(
        status=status,
        headers={"content-type": "application/json", **headers},
        body=msgspec.json.encode(body),
    )


def error_headers(error: ClientError) -> dict[str, str]:
    """SDKs retry each 429 and 5xx twice; behind our own retries that multiplies the load on a sick provider.

    A caller over its own limit may come back: then SDKs wait `retry-after`, as they should.
    """
    headers = {}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(math.ceil(error.retry_after_s))
    if error.status >= 500 or (error.status == 429 and error.code != _OWN_LIMIT):
        headers["x-should-retry"] = "false"
    return headers
