"""Sizes are held at the worst case: medians look the same in tidy and untidy code."""

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SOURCE = REPOSITORY / "src" / "leadline"
LONGEST_FILE, LONGEST_FUNCTION, MOST_PARAMETERS = 400, 50, 7
VAGUE = {"utils", "helpers", "common", "manager", "base", "core", "misc", "info", "handler"}
FILES = sorted(SOURCE.rglob("*.py"))
BESIDE = sorted(path for name in ("tests", "bench", "training") for path in (REPOSITORY / name).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_fits_in_a_head(path):
    text = path.read_text()
    tree = ast.parse(text)

    assert ast.get_docstring(tree), "a file says in its first line what it is for"
    assert len(text.splitlines()) <= LONGEST_FILE
    assert path.stem not in VAGUE
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            own = [a for a in arguments if a.arg not in ("self", "cls")]
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{node.name} is too long"
            assert len(own) <= MOST_PARAMETERS, f"{node.name} takes too much"


@pytest.mark.parametrize("path", BESIDE, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_so_does_a_file_beside_the_source(path):
    text = path.read_text()

    assert ast.get_docstring(ast.parse(text)), "a file says in its first line what it is for"
    assert len(text.splitlines()) <= LONGEST_FILE
    assert path.stem not in VAGUE


def test_the_rule_looks_at_real_files():
    assert min(len(FILES), len(BESIDE)) > 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_global_state_is_rebound(path):
    tree = ast.parse(path.read_text())
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Global)]
