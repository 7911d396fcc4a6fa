"""The table of `docs/behaviours.md` is true: each of the thirty behaviours is proven by tests that there are."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "ui" / "page"
BEHAVIOURS = 30
# | 7 | what it is | `test_offline`: `a_test`, `another` · `test_lists`: `a_test` |
LINE = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
IN_FILE = re.compile(r"`(test_\w+)`: ((?:`\w+`(?:, )?)+)")


def table() -> dict[int, set[tuple[str, str]]]:
    """The file and the name of each test, by the number of what it proves."""
    text = (ROOT / "docs" / "behaviours.md").read_text("utf-8")
    found: dict[int, set[tuple[str, str]]] = {}
    for number, _, proofs in LINE.findall(text):
        names = {(file, name) for file, listed in IN_FILE.findall(proofs) for name in re.findall(r"`(\w+)`", listed)}
        assert int(number) not in found, f"behaviour {number} stands there twice"
        assert len(names) == proofs.count("`") // 2 - len(IN_FILE.findall(proofs)), f"a test of {number} is not read"
        found[int(number)] = names
    return found


def names_in(file: str) -> set[str]:
    """As pytest finds them."""
    parsed = ast.parse((TESTS / f"{file}.py").read_text("utf-8"))
    functions = {one.name for one in parsed.body if isinstance(one, ast.FunctionDef)}
    return {name.removeprefix("test_") for name in functions if name.startswith("test_")}


def test_every_behaviour_is_proven_by_a_test_that_is_there() -> None:
    """All thirty, and no test in the table that was renamed or taken away."""
    proofs = table()
    assert sorted(proofs) == list(range(1, BEHAVIOURS + 1))
    assert [number for number, names in proofs.items() if not names] == []
    known = {file: names_in(file) for names in proofs.values() for file, _ in names}
    lost = [(number, file, name) for number, names in proofs.items() for file, name in names if name not in known[file]]
    assert lost == []
