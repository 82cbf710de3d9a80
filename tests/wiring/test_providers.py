"""Types of providers: a file each, and the rows of hosts."""

import pytest

from leadline import plugs
from leadline.providers.hosts import HOSTS
from leadline.vocabulary import WireProtocol
from leadline.wiring.providers import default_base_url, kinds, provider, surfaces


def test_each_host_is_a_type_with_an_address_and_operations():
    for kind in HOSTS:
        assert default_base_url(kind).startswith(("https://", "http://127.0.0.1:")), kind
        assert WireProtocol.OPENAI_CHAT in provider(kind, {}).surfaces, kind
    assert set(kinds()) == {*HOSTS, *plugs.names("leadline.providers")}


def test_no_host_has_the_name_of_a_file():
    assert not set(HOSTS) & set(plugs.names("leadline.providers"))


def test_what_an_account_sets_outranks_the_row():
    sparse = provider("ollama", {"operations": ("chat",)})

    assert tuple(sparse.surfaces) == (WireProtocol.OPENAI_CHAT,)


def test_an_unknown_type_is_refused():
    with pytest.raises(plugs.UnknownPlug):
        provider("opena1", {})


def test_each_surface_of_a_provider_is_one_that_clients_may_speak():
    known = {surface.protocol for surface in surfaces()}
    needs = {"vertex": {"project": "p"}}

    for kind in kinds():
        assert set(provider(kind, needs.get(kind, {})).surfaces) <= known, kind


def test_no_two_surfaces_answer_at_one_path():
    paths = [path for surface in surfaces() for path in surface.paths]

    assert len(paths) == len(set(paths))
    for path in paths:
        assert not [surface for surface in surfaces() if surface.matches(path)], path
