"""The page of endpoints names what there is."""

from pathlib import Path

from leadline.providers.hosts import HOSTS
from leadline.wiring.providers import kinds, surfaces

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "endpoints.md").read_text()


def test_each_exact_path_is_on_the_page():
    missing = [path for surface in surfaces() for path in surface.paths if f"`{path}`" not in PAGE]

    assert not missing


def test_each_type_of_account_is_on_the_page_and_hosts_with_their_address():
    assert [kind for kind in kinds() if f"`{kind}`" not in PAGE] == []
    for name, host in HOSTS.items():
        assert f"| `{name}` | `{host.base_url}` | {', '.join(host.operations)} |" in PAGE
