"""How much the transport holds on to, and for how long."""

import msgspec


class PoolLimits(msgspec.Struct, frozen=True, kw_only=True):
    """`idle_s` stays below the 60 s after which most servers close a silent connection, so that we close
    first. `age_s` bounds how long a connection is used at all, so that a name that leads elsewhere now is
    followed. `buffer_bytes` is what one response may hold unread before we stop reading from its socket.
    """

    connections_per_origin: int = 4096
    idle_s: float = 55.0
    age_s: float = 300.0
    header_bytes: int = 64 * 1024
    buffer_bytes: int = 256 * 1024
