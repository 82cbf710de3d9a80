"""Where a call goes to: what connections are shared by."""

import msgspec


class Origin(msgspec.Struct, frozen=True):
    tls: bool
    host: str
    port: int

    @property
    def name(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
