"""The configuration file is read again for each plan, and what a plan does not hold is named."""

from leadline.configuration.loading import load
from leadline.vocabulary import DataLayout
from leadline.wiring.control import ConfigurationFile

TEXT = """
providers: {o: {type: openai, api_key: env:O}}
models: {chat: {targets: [{provider: o, model: gpt-4o}], sla: 2s}}
"""


def test_a_reload_takes_up_routes_and_names_what_waits_for_the_next_start(tmp_path):
    path = tmp_path / "leadline.yaml"
    path.write_text(TEXT)
    file = ConfigurationFile(str(path), load(str(path)), DataLayout(str(tmp_path)))
    assert list(file.plan().routes) == ["chat"]
    assert file.waiting() == ()

    path.write_text(TEXT.replace("chat:", "talk:").replace("2s", "2000ms"))
    assert list(file.plan().routes) == ["talk"]
    assert file.waiting() == (), "the limits by alias are the watch's, which follows"

    path.write_text(
        TEXT + "watch: {listen: '127.0.0.1:1', rules: {time_scale: 0.5}}\ngateway: {max_body: 5MB}\n"
        "destinations: {d: {type: webhook, url: 'http://x'}}"
    )
    file.plan()
    assert file.waiting() == ("gateway", "watch.listen")
    assert file.destinations == {"d": "webhook"}
