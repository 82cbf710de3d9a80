"""No cache keeps what users wrote for the life of the process, but for short words and figures."""

import ast
from pathlib import Path

import leadline

SOURCE = Path(leadline.__file__).parent
BOUNDED_OTHERWISE = {
    "gateway/answering.py:_verdicts": "names of checks",
    "checks/guards/_linear.py:shipped": "names of our own files",
    "plugs.py:names": "our own folders",
    "measures/tokens.py:_encoding": "names of encodings",
    "measures/tokens.py:_encoding_name": "names of configured models",
    "checks/letters.py:_alone": "single letters",
    "checks/inline/_numerals.py:_parsed": "its caller gives it no long numeral",
    "checks/inline/_numerals.py:_shape": "its caller gives it no long numeral",
    "checks/inline/_labels.py:agree": "words of periods, which are made of patterns",
    "checks/inline/_notes.py:_nearest": "units and scales",
    "triage/cusum.py:_drift": "numbers",
}


def cached(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            written = " ".join(ast.unparse(one) for one in node.decorator_list)
            if "lru_cache" in written or ("functools.cache" in written and node.args.args):
                yield f"{path.relative_to(SOURCE)}:{node.name}"


def test_a_cache_without_a_limit_of_length_says_why_it_needs_none():
    found = {name for path in SOURCE.rglob("*.py") for name in cached(path)}

    assert found == BOUNDED_OTHERWISE.keys()
