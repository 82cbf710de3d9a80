"""The demo's configuration: three simulated vendors, a reserve account, rules ten times as fast."""

from collections.abc import Mapping

from leadline.simulation.client_calls import ANTHROPIC, GEMINI, OPENAI
from leadline.simulation.schedule import ANTHROPIC as ANTHROPIC_NAME
from leadline.simulation.schedule import GEMINI as GEMINI_NAME
from leadline.simulation.schedule import PAGER, PRIMARY, RESERVE

DEMO_KEY_VARIABLE = "LEADLINE_DEMO_KEY"
TIME_SCALE = 0.1


def demo_configuration(
    upstream: str, data_dir: str, key_file: str, provider_key_variable: str, ports: Mapping[str, int]
) -> str:
    """The text of a `leadline.yaml`. `upstream` is the URL at which the simulated providers listen.

    `ports` are those of gateway, control, watch and supervisor; 0 = any.

    Text is kept (`capture: keep`), because nobody's prompts are in it and the console can then show it.
    """
    key = f'"env:{provider_key_variable}"'
    return f"""\
# Made by `leadline up --demo`; made anew each time.
demo: true
data_dir: {data_dir}
gateway: {{listen: "127.0.0.1:{ports["gateway"]}"}}
control: {{listen: "127.0.0.1:{ports["control"]}"}}
supervisor: {{metrics_port: {ports["supervisor"]}}}
watch:
  listen: "127.0.0.1:{ports["watch"]}"
  rules: {{time_scale: {TIME_SCALE}}}
  allow_private_destinations: true  # the simulated pager is on this machine
destinations:
  on-call: {{type: webhook, url: "{upstream}/{PAGER}/on-call", at_least: high, only_pages: true}}
  team-chat: {{type: webhook, url: "{upstream}/{PAGER}/team-chat", at_least: medium}}
providers:
  {PRIMARY}: {{type: openai, base_url: "{upstream}/{PRIMARY}/v1", api_key: {key}}}
  {RESERVE}: {{type: openai, base_url: "{upstream}/{RESERVE}/v1", api_key: {key}}}
  {ANTHROPIC_NAME}: {{type: anthropic, base_url: "{upstream}/{ANTHROPIC_NAME}", api_key: {key}}}
  {GEMINI_NAME}: {{type: gemini, base_url: "{upstream}/{GEMINI_NAME}", api_key: {key}}}
models:
  {OPENAI.alias}:
    targets: [{{provider: {PRIMARY}}}, {{provider: {RESERVE}}}]
    sla: 1500ms
  {ANTHROPIC.alias}:
    targets: [{{provider: {ANTHROPIC_NAME}}}]
    sla: 1500ms
  {GEMINI.alias}:
    targets: [{{provider: {GEMINI_NAME}}}]
    sla: 1500ms
keys:
  - {{alias: demo, key: "file:{key_file}", tenant: demo, class: revenue, capture: keep}}
"""
