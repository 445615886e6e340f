"""Mutation tests of the modules that every promise of the store rests on: one table, and a diff of every survivor.

    pip install -e '.[dev,mutation]'
    python benchmarks/mutation/run.py [--children 1] [atomic blobs envelope journal lock plan regular_file store]

mutmut changes functions, and runs the tests that reach each of them. What it leaves out, decorated functions and what
stands outside functions (constants, defaults of fields), is changed by rest.py with mutmut's own operators. Both work
in a copy of the tree in benchmarks/mutation/out/, which git ignores; `mutmut browse` works there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import rest
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).resolve().parents[2]
TREE = Path(__file__).resolve().parent / "out" / "tree"
TESTS = {  # of each module
    "atomic": "tests/ace/test_atomic.py",
    "blobs": "tests/ace/test_blobs.py",
    "envelope": "tests/ace/test_store.py",
    "journal": "tests/ace/test_journal.py",
    "lock": "tests/ace/test_lock.py",
    "plan": "tests/ace/test_plan.py",
    "regular_file": "tests/ace/test_store.py",
    "store": "tests/ace/test_store.py",
}
KILLED = ("killed", "timeout")  # a loop that never ends is noticed, too


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=list(TESTS))
    parser.add_argument("--children", default="1", help="mutants that are tested at the same time")
    arguments = parser.parse_args()
    copy_tree()
    os.chdir(TREE)
    names = [f"ace.{module}.*" for module in arguments.modules]
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    subprocess.run([mutmut, "run", "--max-children", arguments.children, *names], check=True)
    rows = []
    for module in arguments.modules:
        functions, other = by_mutmut(module), rest.test(TREE, module, TESTS[module])
        rows.append((module, functions, other))
        print_survivors(module, functions, other)
    print_table(rows)
    return 0


def copy_tree() -> None:
    shutil.rmtree(TREE, ignore_errors=True)
    for name in ("ace", "tests"):
        shutil.copytree(ROOT / name, TREE / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", TREE)


def by_mutmut(module: str) -> dict[str, str]:
    """What became of each of mutmut's mutants."""
    found = json.loads((TREE / "mutants" / "ace" / f"{module}.py.meta").read_bytes())["exit_code_by_key"]
    return {name: status_by_exit_code[code] for name, code in found.items()}


def print_survivors(module: str, functions: dict[str, str], other: list[rest.Mutant]) -> None:
    path = Path("ace") / f"{module}.py"
    for name, status in functions.items():
        if status not in KILLED:
            print(f"{name}: {status}", changed_lines(get_diff_for_mutant(name, path=path)), sep="\n")
    for mutant in other:
        if mutant.status not in KILLED:
            print(f"{path}, outside functions: {mutant.status}", changed_lines(mutant.diff), sep="\n")


def changed_lines(diff: str) -> str:
    return "\n".join(line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def print_table(rows: list[tuple[str, dict[str, str], list[rest.Mutant]]]) -> None:
    print("\n| module | mutants | killed | of them by a timeout | survived | share | left out by mutmut | killed |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for module, functions, other in rows:
        ended = Counter(functions.values())
        killed, total = sum(ended[status] for status in KILLED), len(functions)
        also = sum(mutant.status in KILLED for mutant in other)
        print(f"| {module} | {total} | {killed} | {ended['timeout']} | {total - killed} ", end="")
        print(f"| {killed / total:.1%} | {len(other)} | {also} ({also / len(other):.1%}) |")


if __name__ == "__main__":
    raise SystemExit(main())
