"""A key or certificate that is changed on disk is used without a new plan."""

import shutil

from leadline.gateway.plan_file import Generation
from leadline.vocabulary import Overlay, Plan, ProviderIdentifier, Route, Target, TlsFiles
from leadline.wiring.gateway import Plans
from leadline.wiring.named_files import NamedFiles


def plan_with(**target):
    one = Target(
        identity=ProviderIdentifier(provider="p", model="m"), type="openai", base_url="https://h", **target
    )
    return Plan(generation=3, created_at=0.0, routes={"a": Route(alias="a", targets=(one,))})


class OnDisk:
    """The plan's file as it stands."""

    problem = ""

    def __init__(self, plan):
        self.generation = Generation(plan, Overlay())

    def current(self):
        return self.generation


def test_a_file_counts_as_changed_once_whatever_happens_to_it(tmp_path):
    key, authority = tmp_path / "key", tmp_path / "ca.pem"
    key.write_text("one")
    files = NamedFiles(plan_with(secret=f"file:{key}", tls=TlsFiles(ca_file=str(authority))))
    assert not files.changed()

    for change in (lambda: key.write_text("longer"), lambda: authority.write_text("x"), key.unlink):
        change()
        assert files.changed()
        assert not files.changed()


def test_secrets_of_the_environment_name_no_file():
    assert not NamedFiles(plan_with(secret="env:KEY")).changed()


def test_a_changed_key_is_a_new_plan_of_the_same_generation(tmp_path):
    key = tmp_path / "key"
    key.write_text("one")
    heard: list[Plan] = []
    plan = plan_with(secret=f"file:{key}")
    plans = Plans(OnDisk(plan), lambda: plan, heard.append)
    before = plans.current().plan
    assert plans.current().plan is before

    (tmp_path / "next").write_text("another")
    shutil.move(tmp_path / "next", key)
    after = plans.current().plan

    assert after is not before
    assert after == before
    assert heard == [after]
    assert plans.current().plan is after
