"""Builds the way to an OpenTelemetry collector from the configuration, with secrets in place."""

import os
import socket

from leadline import __version__
from leadline.configuration.loading import BadConfiguration
from leadline.configuration.secrets import MissingSecret, Secrets
from leadline.configuration.shape import OtlpSection
from leadline.proxies import Proxies
from leadline.watch.otlp.encoding import Source
from leadline.watch.otlp.exporting import Otlp
from leadline.watch.outbound import Sender

_TIMEOUT_S = 10.0


def otlp_of(section: OtlpSection, secrets: Secrets) -> Otlp:
    """Raises BadConfiguration."""
    try:
        endpoint, headers = _reached(section, secrets)
    except MissingSecret as error:
        raise BadConfiguration("", problem=f"otlp: {error}") from error
    if not endpoint.startswith(("http://", "https://")):
        raise BadConfiguration("", problem="otlp.endpoint begins with http:// or https://")
    host = socket.gethostname()
    own = {"service.name": "leadline", "service.version": __version__, "host.name": host}
    return Otlp(
        endpoint=endpoint,
        headers=headers,
        source=Source({**own, **section.resource}, evidence=section.evidence),
        # a collector stands beside us as a rule; whoever names its address means it
        send=Sender(allow_private=True, timeout_s=_TIMEOUT_S, proxies=Proxies.of(os.environ)),
        lanes=frozenset(section.export),
        compress=section.compression == "gzip",
        every_s=section.every,
        metrics_every_s=section.metrics_every,
        queue=section.queue,
    )


def _reached(section: OtlpSection, secrets: Secrets) -> tuple[str, dict[str, str]]:
    """Raises MissingSecret."""
    by_reference = section.endpoint.startswith(("env:", "file:"))
    endpoint = secrets(section.endpoint) if by_reference else section.endpoint
    return endpoint, {name.lower(): secrets(value) for name, value in section.headers.items()}
