"""Mutants of what mutmut 3 leaves out: decorated functions (context managers, properties) and module level.

mutmut puts all mutants of a function side by side in one file and switches between them, which works for neither.
Here each mutant is a file of its own, tested by a pytest of its own; the operators are mutmut's.
"""

from __future__ import annotations

import difflib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import Mutation, MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines

LIMIT_S = 120  # of one mutant's tests, which take 2 to 10 s


class Mutant(NamedTuple):
    diff: str
    status: str


class LeftOut(MutationVisitor):
    """Goes into decorated functions, but not into the decorators."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        return isinstance(node, cst.Decorator) or super()._skip_node_and_children(node)


def test(tree: Path, module: str, tests: str) -> list[Mutant]:
    """Every mutant of `ace/<module>.py` that mutmut does not make, tested by the file `tests`."""
    path = tree / "ace" / f"{module}.py"
    before = path.read_text("utf-8")
    if outcome(tree, tests) != "survived":
        message = f"{tests} fails without a mutant"
        raise SystemExit(message)
    found = []
    try:
        for after in mutated(path, before):
            path.write_text(after, "utf-8")
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
            found.append(Mutant("\n".join(lines), outcome(tree, tests)))
            print(f"\r{module}, outside functions: {len(found)}", end="", file=sys.stderr)
    finally:
        path.write_text(before, "utf-8")
    print(file=sys.stderr)
    return found


def mutated(path: Path, code: str) -> Iterator[str]:
    module = cst.parse_module(code)
    wrapper = MetadataWrapper(module)
    visitor = LeftOut(mutation_operators, get_ignored_lines(str(path), code, wrapper))
    tree = wrapper.visit(visitor)
    for mutation in visitor.mutations:
        if is_left_out(mutation):
            changed = deep_replace(tree, mutation.original_node, mutation.mutated_node)
            yield cst.ensure_type(changed, cst.Module).code


def is_left_out(mutation: Mutation) -> bool:
    function = mutation.contained_by_top_level_function
    return not isinstance(function, cst.FunctionDef) or bool(function.decorators)


def outcome(tree: Path, tests: str) -> str:
    # -B: a mutant of the same length within the same second would be taken from the compiled file of the one before
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", tests]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # starts in a quarter of the time
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=tree, env=alone, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        return "survived" if process.wait(LIMIT_S) == 0 else "killed"
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # and whatever its tests had started
        process.wait()
        return "timeout"
