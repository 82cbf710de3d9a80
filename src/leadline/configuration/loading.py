"""Read the configuration file, or say in sentences why that cannot be done."""

from pathlib import Path

from leadline.configuration.reading import Mistake, Reading, read
from leadline.configuration.shape import Config

LARGEST_BYTES = 2_000_000
"""Ten thousand keys fit; a data file given by mistake is told at once instead of after a minute."""


class BadConfiguration(ValueError):
    """The file is absent, unreadable or wrong; the message has a line for each mistake."""

    def __init__(self, path: str, mistakes: list[Mistake] | None = None, problem: str = "") -> None:
        lines = [problem] if problem else [f"{path}, {mistake}" for mistake in mistakes or []]
        super().__init__("\n".join(lines))
        self.mistakes = tuple(mistakes or ())


def read_file(path: str) -> Reading:
    """Raises BadConfiguration when the file cannot be read at all."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        hint = "Name your file with -c FILE, or try the demo: leadline up --demo"
        raise BadConfiguration(path, problem=f"{path} cannot be read ({error.strerror}). {hint}") from error
    if len(content) > LARGEST_BYTES:
        sentence = f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB; that is no configuration."
        raise BadConfiguration(path, problem=sentence)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadConfiguration(path, problem=f"{path} is not UTF-8 text (byte {error.start}).") from error
    return read(text)


def load(path: str) -> Config:
    """The configuration of a well-formed file. Raises BadConfiguration."""
    reading = read_file(path)
    if reading.config is None:
        raise BadConfiguration(path, list(reading.mistakes))
    return reading.config
