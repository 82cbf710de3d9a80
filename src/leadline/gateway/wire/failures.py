"""What goes wrong on the wire, in the words of the taxonomy: each is a value with a cause for people."""

import errno
import ssl

from leadline.vocabulary import FailureKind, UpstreamFailure

_ANOTHER_TRY_MAY_HELP = frozenset(
    {
        FailureKind.PROVIDER_CONNECTION,
        FailureKind.PROVIDER_DNS,
        FailureKind.PROVIDER_TLS,
        FailureKind.PROVIDER_TRUNCATED,
        FailureKind.PROVIDER_MALFORMED,
    }
)
"""`WIRE.md` section 2. Not after a timeout: its time is already lost to the caller."""


def failure(kind: FailureKind, code: str, message: str, status: int | None = None) -> UpstreamFailure:
    return UpstreamFailure(
        kind=kind,
        status=status,
        error_code=code,
        message=message,
        retry_same=kind in _ANOTHER_TRY_MAY_HELP,
        fail_over=True,
    )


def unsendable(error: ValueError) -> UpstreamFailure:
    """Our own request or configuration is at fault; no other target would take it either."""
    return UpstreamFailure(kind=None, error_code="unsendable", message=str(error), fail_over=False)


ABORTED = UpstreamFailure(
    kind=None, error_code="aborted", message="the gateway closed the call before its end", fail_over=False
)

STALE = UpstreamFailure(
    kind=FailureKind.PROVIDER_CONNECTION,
    error_code="stale",
    message="a kept connection was closed before any byte of a response",
    retry_same=True,
)
"""Never leaves the transport: it asks once more on a fresh connection."""


def timed_out(stage: str, after_s: float, where: str, status: int | None = None) -> UpstreamFailure:
    """`stage`: dns, connect, tls, first_byte, idle or total."""
    words = {
        "dns": f"the name of {where} was not resolved within {after_s:g} s",
        "connect": f"{where} did not accept a connection within {after_s:g} s",
        "tls": f"{where} did not finish the TLS handshake within {after_s:g} s",
        "first_byte": f"{where} sent no response within {after_s:g} s",
        "idle": f"{where} fell silent for {after_s:g} s inside its response",
        "total": f"{where} was not done within {after_s:g} s",
    }
    return failure(FailureKind.PROVIDER_TIMEOUT, f"{stage}_timeout", words[stage], status)


def no_place(most: int, after_s: float, where: str) -> UpstreamFailure:
    """Our own limit: it says nothing of the provider, which must not be blamed for it."""
    message = f"all {most} connections of this gateway to {where} stayed in use for {after_s:g} s"
    return failure(FailureKind.PROVIDER_EGRESS, "pool_timeout", message)


def unresolved(where: str, why: str) -> UpstreamFailure:
    return failure(FailureKind.PROVIDER_DNS, "dns", f"the name of {where} cannot be resolved: {why}")


def unconnected(where: str, error: OSError) -> UpstreamFailure:
    code = errno.errorcode.get(error.errno or 0, "connection")
    if error.errno in (errno.EMFILE, errno.ENFILE):
        why = "this gateway has no file descriptor left; raise its `ulimit -n`"
    else:
        why = error.strerror or str(error)
    return failure(FailureKind.PROVIDER_CONNECTION, code, f"no connection to {where}: {why}")


def untrusted(where: str, error: ssl.SSLCertVerificationError) -> UpstreamFailure:
    """A certificate does not become right by asking again."""
    message = f"the TLS certificate of {where} is refused: {error.verify_message}"
    return UpstreamFailure(kind=FailureKind.PROVIDER_TLS, error_code="certificate", message=message)


def no_handshake(where: str, error: OSError) -> UpstreamFailure:
    why = getattr(error, "reason", None) or error.strerror or str(error) or type(error).__name__
    return failure(FailureKind.PROVIDER_TLS, "handshake", f"the TLS handshake with {where} failed: {why}")


def no_tunnel(proxy: str, where: str, said: str) -> UpstreamFailure:
    """The proxy of our own network stands between."""
    return failure(
        FailureKind.PROVIDER_CONNECTION, "proxy", f"{proxy} let nothing through to {where}: it {said}"
    )


def closed_early(where: str, error: Exception | None) -> UpstreamFailure:
    how = "reset the connection" if error is not None else "closed the connection"
    return failure(FailureKind.PROVIDER_CONNECTION, "closed", f"{where} {how} before any byte of a response")


def cut(where: str, received_bytes: int, status: int | None) -> UpstreamFailure:
    what = f"after {received_bytes} bytes of the body" if status else "inside the head"
    message = f"{where} ended the connection {what}, before the end it had announced"
    return failure(FailureKind.PROVIDER_TRUNCATED, "truncated", message, status)


def not_http(where: str, why: str, status: int | None = None) -> UpstreamFailure:
    message = f"{where} did not answer in HTTP: {why}"
    return failure(FailureKind.PROVIDER_MALFORMED, "not_http", message, status)


def too_long(what: str, limit: int, where: str, status: int | None = None) -> UpstreamFailure:
    message = f"the {what} from {where} is longer than {limit} bytes"
    return failure(FailureKind.PROVIDER_MALFORMED, "too_long", message, status)


def unknown_encoding(where: str, encoding: str, status: int) -> UpstreamFailure:
    message = f"{where} sent its body as {encoding[:40]!r}, though it was asked for plain bytes"
    return failure(FailureKind.PROVIDER_MALFORMED, "content_encoding", message, status)


def undecodable(where: str, encoding: str, status: int) -> UpstreamFailure:
    message = f"the body from {where} is not the {encoding} it claims to be"
    return failure(FailureKind.PROVIDER_MALFORMED, "content_encoding", message, status)
