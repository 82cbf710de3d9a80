"""docs/reference/rules.md, written from the rules: `python -m leadline.wiring.published_rules`."""

import sys

from leadline.triage.rule_meanings import MEANINGS
from leadline.triage.rules import Rules

_HEAD = """# Incident rules

Written by `python -m leadline.wiring.published_rules > docs/reference/rules.md`; do not edit.

When an incident opens, how bad it is, when it is over: every number is a default. Set single ones by name, \
all durations by `time_scale`; `leadline check` refuses an unknown name, a share above 1, and a clear limit \
laxer than the one that opens. `leadline replay --diff OLD.yaml NEW.yaml FILE` shows what a change would \
have decided on a recorded history.

```yaml
watch:
  rules:
    time_scale: 1.0                 # 0.1 makes every duration a tenth, as the demo does
    overrides: {hard_min: 10, escalate_after_s: 600}
  baseline:                         # what is normal, until it is learnt
    quality: {hallucination: 0.02, format: 0.005}
    cost_per_min: {assistant: 0.40}
    retrieval: {kb: {usual: 0.82, threshold: 0.70}}
    p99: {openai/gpt-4o: 900ms}
    mitigation: {security: 0}       # 0 blocked or automatic, 1 degraded, 2 manual, 3 none
```

Names in `_s` are seconds and scale; those in `_seconds` do not. Shares and ratios go from 0 to 1. A changed \
rule keeps open incidents and starts the windows anew.

Not to be set: three first, three last and four picked samples of an incident; the impact of traffic classes \
(experimental and internal 0, standard 1, revenue 2, compliance 3); the 99 in p99.
"""


def page() -> str:
    """The whole page as Markdown."""
    defaults = Rules()
    parts = [_HEAD]
    for title, rules in MEANINGS.items():
        lines = [f"## {title}\n", "| rule | default | means |", "|---|---|---|"]
        lines += [f"| `{name}` | {getattr(defaults, name):g} | {words} |" for name, words in rules.items()]
        parts.append("\n".join([*lines, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
