"""One text against one policy, with the guards in this process."""

import asyncio
import os
import sys
import time
from pathlib import Path

import msgspec
from rich.console import Console

from leadline.cli.options import BAD_CONFIGURATION, fail
from leadline.cli.showing import write_json
from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.secrets import Secrets
from leadline.gateway.guarding.ready import Guarding, Watched
from leadline.gateway.guarding.trying import Checked, TextsToCheck, check_texts
from leadline.vocabulary import Place, Word
from leadline.wiring.guarding import guarding_here
from leadline.wiring.guardrails import guardrails_of, title_of

STOPPED = 1


class Opened(msgspec.Struct, frozen=True):
    """A policy and its guards in this process."""

    guarding: Guarding
    watched: Watched
    title: str

    async def check(self, text: str, place: Place) -> Checked:
        tokens = self.guarding.tokens("default/cli") if self.watched.tokens else None
        asked = TextsToCheck(text=text, place=place, policy=self.title)
        return await check_texts(self.guarding, self.watched, asked, tokens)


def open_policy(config_file: str, policy: str) -> Opened:
    """Ends the command where there is no such policy, or its guards cannot be built."""
    try:
        section = load(config_file).guardrails
    except BadConfiguration as error:
        fail(str(error), BAD_CONFIGURATION)
    title = title_of(policy, section)
    if title is None:
        known = ", ".join(section.policies) or "none"
        fail(f"There is no policy {policy!r}; there is {known}.", BAD_CONFIGURATION)
    try:
        guarding = guarding_here(guardrails_of(section), Secrets(os.environ), time.perf_counter)
    except (LookupError, ValueError) as error:
        sentence = f"{str(error).rstrip('.')}. `leadline check {config_file}` tells more."
        fail(sentence, BAD_CONFIGURATION)
    return Opened(guarding, guarding.named([title]), title)


def try_text(config_file: str, text: str, how: tuple[str, Place], *, as_json: bool) -> int:
    """`how` is a policy and a place. 0 when the text passes, 1 when it does not."""
    policy, place = how
    checked = asyncio.run(open_policy(config_file, policy).check(_read(text), place))
    if as_json:
        write_json(msgspec.to_builtins(checked))
    else:
        _show(checked)
    return STOPPED if checked.texts is None else 0


def _read(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    try:
        return Path(text).read_text() if Path(text).is_file() else text
    except (OSError, UnicodeDecodeError):
        return text  # too long for a name, or no file of text


def _show(checked: Checked) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in checked.findings:
        does = one.word if one.word == one.rule else f"{one.word} (watching; the rule says {one.rule})"
        console.print(
            f"{one.guard}: {one.label} at {one.start}-{one.end}, score {one.score:.2f}, {one.kind} -> {does}",
            markup=False,
        )
    for guard, why in checked.unchecked.items():
        console.print(f"{guard} did not look: {why}", markup=False)
    console.print(f"{checked.verdict}, after {checked.ms:.2f} ms", markup=False)
    if checked.texts is not None and checked.verdict == Word.REDACT:
        console.print(checked.texts[0], markup=False)
