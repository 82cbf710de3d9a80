"""`leadline notify test NAME`: one sample incident, sent as a real one would be, and what was answered."""

import asyncio
import os
import time

from rich.console import Console

from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.reading import near
from leadline.configuration.secrets import Secrets
from leadline.configuration.shape import Config
from leadline.destinations import Declined, Destination
from leadline.proxies import Proxies
from leadline.triage.sample_incident import sample
from leadline.watch.conversation import reason_of, tell
from leadline.watch.outbound import Refused, Reply, Sender
from leadline.wiring.destinations import destination, with_links

WRONG, BAD_CONFIGURATION = 1, 2
_LONGEST_ANSWER = 300


def notify_test(path: str, name: str, *, resolve: bool) -> int:
    """0 when the receiver took it, 1 when not, 2 when the configuration does not lead there."""
    told = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        config = load(path)
        place = _place(config, name)
    except BadConfiguration as error:
        told.print(str(error), markup=False)
        return BAD_CONFIGURATION
    update = sample(time.time(), resolve=resolve)
    send = Sender(allow_private=config.watch.allow_private_destinations, proxies=Proxies.of(os.environ))
    try:
        reply = asyncio.run(tell(place, update, send))
    except (Refused, Declined) as error:
        told.print(f"{name} was not told: {error}", markup=False)
        return WRONG
    except OSError as error:
        told.print(f"{name} was not told: {reason_of(error)}", markup=False)
        return WRONG
    return _report(name, reply)


def _place(config: Config, name: str) -> Destination:
    """Raises BadConfiguration."""
    if name not in config.destinations:
        known = near(name, list(config.destinations)) or "Add one, as docs/destinations.md shows."
        raise BadConfiguration("", problem=f"there is no destination {name!r} under `destinations:`. {known}")
    return destination(name, with_links(config, config.destinations[name]), Secrets(os.environ))


def _report(name: str, reply: Reply) -> int:
    answer = " ".join(reply.body.decode("utf-8", "replace").split())[:_LONGEST_ANSWER]
    said = f"{name} answered {reply.status}" + (f": {answer}" if answer else ".")
    Console(stderr=not reply.is_success, highlight=False, soft_wrap=True).print(said, markup=False)
    return 0 if reply.is_success else WRONG
