"""What the control process is made of; the composition root fills it in."""

import time
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from leadline.control.admin_key import AdminKey
from leadline.control.books import HoldBook, RouteBook, RuleBook
from leadline.control.plan_writer import PlanWriter
from leadline.storage.audit_book import AuditBook
from leadline.triage.rules import Rules
from leadline.vocabulary import Ask, Told

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class ControlParts(msgspec.Struct, frozen=True, kw_only=True):
    """`ask` puts a named question to the watch and raises ConnectionError when it is dead. `routes` keeps
    what people change about routes, `holds` which breakers they hold, `tool_rules` the tool policies that
    they activated.

    `hosts` are further names (without port) under which people open the console; loopback is always
    allowed. `time_scale` is that of the incident rules, shown when it is not 1. `secure_cookie` is for a
    console that people reach over https. `now` is Unix seconds. `rules` are those of the watch,
    `destinations` the type of each by its name, `audit` keeps what this process does itself.
    """

    ask: Callable[[Ask], Awaitable[Told]]
    plans: PlanWriter
    routes: RouteBook
    holds: HoldBook
    tool_rules: RuleBook
    admin_key: AdminKey
    hosts: tuple[str, ...] = ()
    time_scale: float = 1.0
    demo: bool = False
    secure_cookie: bool = False
    now: Callable[[], float] = time.time
    rules: Rules = Rules()
    destinations: Mapping[str, str] = {}
    audit: AuditBook = msgspec.field(default_factory=AuditBook.in_memory)

    @property
    def allowed_hosts(self) -> frozenset[str]:
        return frozenset(name.lower() for name in (*LOOPBACK_NAMES, *self.hosts))
