"""What the control process is made of; the composition root fills it in."""

import time
from collections.abc import Awaitable, Callable

import msgspec

from leadline.control.admin_key import AdminKey
from leadline.control.plan_writer import PlanWriter
from leadline.vocabulary import Ask, Told

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class ControlParts(msgspec.Struct, frozen=True, kw_only=True):
    """`ask` puts a named question to the watch and raises ConnectionError when it is dead.

    `hosts` are further names (without port) under which people open the console; loopback is always
    allowed. `time_scale` is that of the incident rules, shown when it is not 1. `secure_cookie` is for a
    console that people reach over https. `now` is Unix seconds.
    """

    ask: Callable[[Ask], Awaitable[Told]]
    plans: PlanWriter
    admin_key: AdminKey
    hosts: tuple[str, ...] = ()
    time_scale: float = 1.0
    demo: bool = False
    secure_cookie: bool = False
    now: Callable[[], float] = time.time

    @property
    def allowed_hosts(self) -> frozenset[str]:
        return frozenset(name.lower() for name in (*LOOPBACK_NAMES, *self.hosts))
