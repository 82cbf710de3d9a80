"""From `tool_policy:` and the rules that people activated to what the plan carries."""

from collections.abc import Iterable
from pathlib import Path

from leadline.configuration.policy_shape import ToolPolicySection
from leadline.configuration.shape import Config
from leadline.policy.tools import ToolPolicy
from leadline.vocabulary import PolicyText, ToolPolicySettings

LARGEST_BYTES = 2_000_000
ENFORCE = "enforce"


class ToolPolicyUnusable(ValueError):
    """A file of policies or tools cannot be read, or what is in it is unsound; the sentence says which."""


def tool_policy_of(
    config: Config, config_path: str, activated: Iterable[PolicyText] = ()
) -> ToolPolicySettings | None:
    """None = models may call any tool. Raises ToolPolicyUnusable, or CedarMissing."""
    section = config.tool_policy
    if section is None or not section.enabled:
        return None
    settings = read_settings(section, Path(config_path).parent, activated)
    try:
        ToolPolicy(settings)
    except ValueError as error:
        raise ToolPolicyUnusable(f"The tool policies are unsound. {error}") from error
    return settings


def read_settings(
    section: ToolPolicySection, folder: Path, activated: Iterable[PolicyText] = ()
) -> ToolPolicySettings:
    """Files are beside the configuration; an activated rule stands in the place of a file of its name. Raises
    ToolPolicyUnusable.
    """
    activated = tuple(activated)
    files = [name for name in section.policies if not any(stands_for(rule.name, name) for rule in activated)]
    return ToolPolicySettings(
        policies=(*(PolicyText(name=name, text=read_text(folder / name)) for name in files), *activated),
        tools=tuple(read_text(folder / name).encode() for name in section.tools),
        enforcing=section.mode == ENFORCE,
    )


def stands_for(name: str, file: str) -> bool:
    """Whether `name` means the policy of that file: `support` is `rules/support.cedar`, or else what people
    activate would permit beside the file what the file alone should.
    """
    return name in (file, Path(file).name, Path(file).stem)


def read_text(path: Path) -> str:
    """Raises ToolPolicyUnusable."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        if len(content) <= LARGEST_BYTES:
            return content.decode("utf-8")
    except OSError as error:
        raise ToolPolicyUnusable(f"{path} cannot be read ({error.strerror}); mend `tool_policy:`.") from error
    except UnicodeDecodeError as error:
        raise ToolPolicyUnusable(f"{path} is not UTF-8 text (byte {error.start}).") from error
    raise ToolPolicyUnusable(f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB.")
