"""A control process as `leadline up` starts it, in front of a stand-in for the watch: for the browser tests.

Arguments: data folder, port (0 = any). Says `ready` and its address on stderr when the socket is bound.
"""

import asyncio
import socket
import sys
import threading
import time
from pathlib import Path

from tests.control.sample_decisions import Decisions
from tests.control.sample_rows import Sample
from tests.control.watch_stand_in import Rows, WatchStandIn

from leadline import asking
from leadline.control.admin_key import open_admin_key
from leadline.control.books import HoldBook, RouteBook, RuleBook
from leadline.control.plan_writer import PlanWriter
from leadline.control.service import ControlParts, run
from leadline.vocabulary import Ask, DataLayout, Plan, PolicyText, Told, ToolPolicySettings

PERIOD_S = 2
FROM_A_FILE = PolicyText(name="reading.cedar", text="permit(principal, action, resource);")


class MovingSample:
    """Requests keep arriving: three more every two seconds."""

    def __init__(self) -> None:
        self._began = time.time()
        self._made_at = 0.0
        self._rows: Rows = {}
        self._arrived: list[tuple[dict[str, object], dict[str, object]]] = []

    def rows(self) -> Rows:
        now = time.time()
        if now - self._made_at >= PERIOD_S:
            self._made_at = now
            self._rows = Sample(self._began).rows()
            fresh = Sample(now, seed=int(now), requests=3).rows()
            self._arrived = [*zip(fresh["requests"], fresh["request"], strict=True)][:3] + self._arrived[:60]
            self._rows["requests"] = [row for row, _ in self._arrived] + self._rows["requests"]
            self._rows["request"] = [whole for _, whole in self._arrived] + self._rows["request"]
            self._rows["traffic"], self._rows["health"] = fresh["traffic"], fresh["health"]
        return self._rows


class Neighbour:
    """The stand-in in a thread of its own, as the watch is in a process of its own."""

    def __init__(self, stand_in: WatchStandIn) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(stand_in.__aenter__(), self._loop).result()

    def leave(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def tell_of_the_network(event: str, arguments: tuple[object, ...]) -> None:
    """Whatever is not a unix socket is a call that the control process must not make."""
    if event == "socket.getaddrinfo" or (event == "socket.connect" and not isinstance(arguments[1], str)):
        sys.stderr.write(f"NETWORK {event} {arguments[1:]}\n")


def main() -> None:
    layout = DataLayout(sys.argv[1])

    async def ask(question: Ask) -> Told:
        return await asking.ask(Path(layout.watch_socket), question)

    rules = RuleBook(Path(layout.tool_rules))

    def plan() -> Plan:
        policies = (FROM_A_FILE, *rules.decisions())
        return Plan(generation=0, created_at=0.0, tool_policy=ToolPolicySettings(policies=policies))

    plans = PlanWriter(Path(layout.plan), plan)
    plans.publish()
    parts = ControlParts(
        ask=ask,
        plans=plans,
        tool_rules=rules,
        routes=RouteBook(Path(layout.route_overrides), dict),
        holds=HoldBook(Path(layout.breaker_holds)),
        admin_key=open_admin_key(Path(layout.admin_key)),
        time_scale=0.1,
        destinations={"pagerduty": "pagerduty", "mail": "email", "hook": "webhook"},
        demo=True,
    )
    decisions = Decisions(MovingSample().rows)
    neighbour = Neighbour(WatchStandIn(Path(layout.watch_socket), decisions.rows, decisions.obey))
    bound = socket.create_server(("127.0.0.1", int(sys.argv[2])))
    sys.addaudithook(tell_of_the_network)
    sys.stderr.write(f"ready http://127.0.0.1:{bound.getsockname()[1]}\n")
    run(parts, [bound])
    neighbour.leave()


if __name__ == "__main__":
    main()
