"""A mail server that speaks enough SMTP (RFC 5321, 3207, 4954) to take a message, or to refuse one."""

import base64
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    made, key = folder / "cert.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*command, "-keyout", key, "-out", made, *subject], check=True, capture_output=True)
    return made, key


class MailServer(socketserver.ThreadingTCPServer):
    """`received` are (sender, recipients, message, user); `recipient_code` answers each RCPT."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, tls: ssl.SSLContext | None, *, implicit: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.tls = tls
        self.implicit = implicit
        self.recipient_code = 250
        self.received: list[tuple[str, list[str], bytes, str]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def mail_server(tls: ssl.SSLContext | None, *, implicit: bool = False) -> Iterator[MailServer]:
    with MailServer(tls, implicit=implicit) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield server
        finally:
            server.shutdown()


class _Session(socketserver.BaseRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.user, self.sender, self.recipients = "", "", list[str]()
        self.secure = self.server.implicit
        self._over(self._secured() if self.secure else self.request)
        self._say("220 localhost")
        try:
            while (line := self.file.readline()) and not self._answer(line.decode().strip()):
                pass
        finally:
            self.file.close()
            self.connection.close()

    def _over(self, connection: Any) -> None:
        self.connection = connection
        self.file = connection.makefile("rb")

    def _secured(self) -> ssl.SSLSocket:
        assert self.server.tls is not None
        return self.server.tls.wrap_socket(self.request, server_side=True)

    def _say(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def _answer(self, line: str) -> bool:
        verb = line.split(" ", maxsplit=1)[0].upper()
        match verb:
            case "EHLO":
                offers = ["STARTTLS"] if self.server.tls and not self.secure else ["AUTH PLAIN"]
                self._say("250-localhost", *(f"250-{offer}" for offer in offers), "250 SIZE")
            case "STARTTLS":
                self._say("220 go on")
                self.secure = True
                self.file.close()
                self._over(self._secured())
            case "AUTH":
                self.user = base64.b64decode(line.split(" ")[2]).decode().split("\0")[1]
                self._say("235 in")
            case "MAIL":
                self.sender = line.split("<")[1].split(">", maxsplit=1)[0]
                self._say("250 ok")
            case "RCPT":
                self.recipients.append(line.split("<")[1].split(">", maxsplit=1)[0])
                self._say(f"{self.server.recipient_code} so it is")
            case "DATA":
                self._say("354 go on")
                self._take()
            case "QUIT":
                self._say("221 bye")
                return True
            case _:
                self._say("250 ok")
        return False

    def _take(self) -> None:
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.received.append((self.sender, self.recipients, b"".join(lines), self.user))
        self._say("250 queued")
