"""What a source file defines at its top level, with a digest of each, so that a change can be told by name and line.

One line of text per file, `kind:name:line:digest` for each definition, separated by spaces: small enough to stand in
every artifact, and nothing is parsed until two of them differ.
"""

import ast
import hashlib
from collections.abc import Iterator
from typing import NamedTuple

WORDS = {"f": "function ", "c": "class ", "v": "", "i": "", "o": ""}
IMPORTS, OTHER = "imports", "statements"  # names of what has none
DIGEST_CHARS = 8  # 32 bits: this explains a change, it does not decide whether there is one
SHOWN = 3  # a reason is one line


class _One(NamedTuple):
    kind: str
    line: int
    digest: str


def listed(tree: ast.Module) -> tuple[str, str]:
    """(the text of the whole tree, what it defines). The text is that of `ast.dump`, made from those of the parts."""
    parts: dict[tuple[str, str], tuple[int, list[str]]] = {}
    texts = []
    for node in tree.body:
        texts.append(ast.dump(node))
        parts.setdefault(_name(node), (getattr(node, "lineno", 1), []))[1].append(texts[-1])
    said = (
        f"{kind}:{name}:{line}:{hashlib.sha256(''.join(own).encode()).hexdigest()[:DIGEST_CHARS]}"
        for (kind, name), (line, own) in parts.items()
    )
    return f"Module(body=[{', '.join(texts)}], type_ignores=[])", " ".join(said)


def changes(before: str, now: str) -> str:
    """What differs between two lists, in words: `function scrub (line 41), LIMIT (gone)`; empty when nothing tells."""
    if not before or not now:
        return ""
    found = list(_changes(_read(before), _read(now)))
    return ", ".join(found[:SHOWN]) + (" …" if found[SHOWN:] else "")


def _changes(before: dict[str, _One], now: dict[str, _One]) -> Iterator[str]:
    for name, one in now.items():
        if name not in before or before[name].digest != one.digest:
            new = "" if name in before else ", new"
            yield f"{WORDS.get(one.kind, '')}{name} (line {one.line}{new})"
    for name in before.keys() - now.keys():
        yield f"{WORDS.get(before[name].kind, '')}{name} (gone)"


def _read(text: str) -> dict[str, _One]:
    """What is no entry is passed over: the text comes from a file that anybody may have written."""
    found = {}
    for entry in text.split():
        parts = entry.split(":")
        if len(parts) == 4 and parts[2].isdecimal():  # noqa: PLR2004  (kind, name, line, digest)
            found[parts[1]] = _One(parts[0], int(parts[2]), parts[3])
    return found


def _name(node: ast.stmt) -> tuple[str, str]:
    """(kind, name) of a statement."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return "f", node.name
    if isinstance(node, ast.ClassDef):
        return "c", node.name
    if isinstance(node, ast.Import | ast.ImportFrom):
        return "i", IMPORTS
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return "o", OTHER
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    name = next((one.id for one in ast.walk(target) if isinstance(one, ast.Name)), "")
    return ("v", name) if name else ("o", OTHER)
