"""Sizes are held at the worst case: medians look the same in tidy and untidy code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SOURCE = REPOSITORY / "src" / "leadline"
LONGEST_FILE, LONGEST_FUNCTION, MOST_PARAMETERS = 400, 50, 7
VAGUE = {"utils", "helpers", "common", "manager", "base", "core", "misc", "info", "handler"}
FILES = sorted(SOURCE.rglob("*.py"))
BESIDE = sorted(path for name in ("tests", "bench", "training") for path in (REPOSITORY / name).rglob("*.py"))


def wrong_with(path: Path) -> list[str]:
    """What makes a file more than fits in a head."""
    text = path.read_text()
    lines = len(text.splitlines())
    rules = {
        "says in no first line what it is for": not re.match(r'(#!.*\n)?"""', text),
        f"has {lines} lines": lines > LONGEST_FILE,
        "has a name that says nothing": path.stem in VAGUE,
    }
    return [f"{path.relative_to(REPOSITORY)} {what}" for what, broken in rules.items() if broken]


def wrong_within(path: Path) -> list[str]:
    """Functions that are too long or take too much, and global state that is rebound."""
    return [
        f"{path.relative_to(REPOSITORY)}{what}"
        for node in ast.walk(ast.parse(path.read_text()))
        for what in too_much(node)
    ]


def too_much(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Global):
        yield f":{node.lineno} rebinds global state"
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    given = node.args
    own = [a for a in (*given.posonlyargs, *given.args, *given.kwonlyargs) if a.arg not in ("self", "cls")]
    assert node.end_lineno is not None
    if node.end_lineno - node.lineno >= LONGEST_FUNCTION:
        yield f":{node.lineno} {node.name} is too long"
    if len(own) > MOST_PARAMETERS:
        yield f":{node.lineno} {node.name} takes too much"


def test_the_rule_looks_at_real_files():
    assert min(len(FILES), len(BESIDE)) > 30


def test_a_file_fits_in_a_head():
    assert not [wrong for path in (*FILES, *BESIDE) for wrong in wrong_with(path)]


def test_a_function_of_the_source_does_so_too_and_rebinds_no_global_state():
    assert not [wrong for path in FILES for wrong in wrong_within(path)]
