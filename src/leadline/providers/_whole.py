"""For surfaces that never stream: a reader that lets everything pass and finds nothing in it."""

from leadline.vocabulary import Answer, UpstreamFailure


class Unread:
    """Implements `providers.StreamReader` for bytes whose meaning is not ours to know."""

    failure: UpstreamFailure | None = None
    error_body = b""
    gave_up = False
    sdks_raise = False

    def __init__(self) -> None:
        self.started = False
        self.opened = False

    def feed(self, chunk: bytes) -> bytes:
        self.started = self.opened = self.started or bool(chunk)
        return chunk

    def finish(self) -> bytes:
        return b""

    def closing(self, event: bytes) -> bytes:  # noqa: ARG002 - it would be no part of what passes
        return b""

    def outcome(self) -> Answer | UpstreamFailure:
        return Answer()
