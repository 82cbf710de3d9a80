"""Secrets are found where references point, and never shown."""

import pytest

from leadline.configuration.secrets import MissingSecret, Secrets


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path):
    (tmp_path / "key").write_text("from-file\n")
    secrets = Secrets({"KEY": "from-env"})

    assert secrets("env:KEY") == "from-env"
    assert secrets(f"file:{tmp_path / 'key'}") == "from-file"


@pytest.mark.parametrize("reference", ["env:NOT_SET", "file:/nowhere/at/all"])
def test_a_reference_that_leads_nowhere_says_so(reference):
    with pytest.raises(MissingSecret, match=reference.split(":")[1]):
        Secrets({})(reference)


def test_an_empty_file_is_no_secret(tmp_path):
    (tmp_path / "key").touch()

    with pytest.raises(MissingSecret, match="is empty"):
        Secrets({})(f"file:{tmp_path / 'key'}")


def test_the_environment_does_not_show_in_repr():
    assert repr(Secrets({"KEY": "sk-secret"})) == "Secrets(***)"
