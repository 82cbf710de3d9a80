"""Where each thing lies under the data folder, and so who writes it."""

import msgspec


class DataLayout(msgspec.Struct, frozen=True):
    """`root` is the data folder. Every file below has exactly one writing process."""

    root: str

    @property
    def spool(self) -> str:
        """Folder of segments; each is written by its gateway worker and removed by the watch."""
        return f"{self.root}/spool"

    @property
    def spool_bad(self) -> str:
        """Folder for records that crash a reader; written by the watch."""
        return f"{self.root}/spool/bad"

    @property
    def facts(self) -> str:
        """Folder of DuckDB and Parquet files; written by the watch."""
        return f"{self.root}/facts"

    @property
    def incidents(self) -> str:
        """SQLite file; written by the watch."""
        return f"{self.root}/incidents.db"

    @property
    def overlay(self) -> str:
        """Written by the watch."""
        return f"{self.root}/overlay.msgpack"

    @property
    def plan(self) -> str:
        """Written by control."""
        return f"{self.root}/plan.msgpack"

    @property
    def route_overrides(self) -> str:
        """What people changed about routes at run time, as JSON; written by control."""
        return f"{self.root}/routes.json"

    @property
    def breaker_holds(self) -> str:
        """The breakers that people hold, as JSON; written by control."""
        return f"{self.root}/breaker_holds.json"

    @property
    def tool_rules(self) -> str:
        """Tool policies that people activated at run time, as JSON; written by control."""
        return f"{self.root}/tool-rules.json"

    @property
    def control_address(self) -> str:
        """Where the control API listens, as a URL; written by control at its start."""
        return f"{self.root}/control.url"

    @property
    def control(self) -> str:
        """SQLite file; written by control."""
        return f"{self.root}/control.db"

    @property
    def admin_key(self) -> str:
        """The first admin key, 0600; written by control once."""
        return f"{self.root}/admin.key"

    @property
    def gateway_key(self) -> str:
        """A first gateway key, 0600, made by control when the configuration names none."""
        return f"{self.root}/gateway.key"

    @property
    def judge_key(self) -> str:
        """The internal key of deep checks that ask models, 0600; made by control when there are any."""
        return f"{self.root}/judge.key"

    @property
    def lock(self) -> str:
        """Held by the supervisor, so that one data folder has one house."""
        return f"{self.root}/supervisor.lock"

    @property
    def board(self) -> str:
        """Shared memory of the gateway workers; made by the supervisor, one column per worker."""
        return f"{self.root}/board"

    @property
    def blind_note(self) -> str:
        """What the supervisor told while the watch could not; written by the supervisor."""
        return f"{self.root}/blind.json"

    @property
    def watch_socket(self) -> str:
        return f"{self.root}/watch.sock"
