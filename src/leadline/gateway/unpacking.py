"""Undo the compression of a client's body, so that it can be read; it goes upstream plain."""

import asyncio

from leadline.gateway.wire import decoding
from leadline.providers import ClientRequest
from leadline.vocabulary import ClientError


def is_packed(request: ClientRequest) -> bool:
    return request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")


async def unpacked(request: ClientRequest, limit: int) -> ClientRequest | ClientError:
    """The request with a plain body of at most `limit` bytes, or why there is none."""
    encoding = request.headers["content-encoding"].strip().lower()
    if not decoding.decodable(encoding):
        return ClientError(
            status=415,
            code="encoding_unknown",
            message=f"The body is compressed in a way that is not read here; send it plain, or as one of "
            f"{decoding.DECODABLE}.",
        )
    try:
        # in a thread: a small bomb takes a tenth of a second, in which others would have to wait
        body = await asyncio.to_thread(decoding.decode, request.body, encoding, limit)
    except decoding.TooLong:
        return ClientError(
            status=413,
            code="body_too_large",
            message=f"The request is over the limit of {limit} bytes when unpacked; send a shorter one.",
        )
    except decoding.Undecodable:
        return ClientError(
            status=400,
            code="body_unreadable",
            message=f"The body is not the {encoding} that its content-encoding says; correct either.",
        )
    headers = {name: value for name, value in request.headers.items() if name != "content-encoding"}
    return ClientRequest(
        method=request.method, path=request.path, query=request.query, headers=headers, body=body
    )
