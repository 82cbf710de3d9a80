"""Read the configuration file, or say in sentences why that cannot be done."""

from pathlib import Path

from leadline.configuration.reading import Mistake, Reading, read
from leadline.configuration.shape import Config


class BadConfiguration(ValueError):
    """The file is absent, unreadable or wrong; the message has a line for each mistake."""

    def __init__(self, path: str, mistakes: list[Mistake] | None = None, problem: str = "") -> None:
        lines = [problem] if problem else [f"{path}, {mistake}" for mistake in mistakes or []]
        super().__init__("\n".join(lines))
        self.mistakes = tuple(mistakes or ())


def read_file(path: str) -> Reading:
    """Raises BadConfiguration when the file cannot be read at all."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        hint = "Name your file with -c FILE, or try the demo: leadline up --demo"
        raise BadConfiguration(path, problem=f"{path} cannot be read ({error.strerror}). {hint}") from error
    except UnicodeDecodeError as error:
        raise BadConfiguration(path, problem=f"{path} is not UTF-8 text (byte {error.start}).") from error
    return read(text)


def load(path: str) -> Config:
    """The configuration of a well-formed file. Raises BadConfiguration."""
    reading = read_file(path)
    if reading.config is None:
        raise BadConfiguration(path, list(reading.mistakes))
    return reading.config
