"""JSON Schema: a compiled validator for the common case, the reference implementation to word an error.

A test holds both to the same verdicts on every schema that ships.
"""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ace import jsonio
from ace.errors import ConfigError, OutputError

_HERE = Path(__file__).resolve().parent
ROOT = _HERE / "_schemas" if (_HERE / "_schemas").is_dir() else _HERE.parent / "schemas"  # wheel, checkout


class Schema(NamedTuple):
    """A schema file: its `$id`, the hash of its content, the content."""

    id: str
    sha256: str
    content: bytes


def load(path: Path) -> Schema:
    """Read one schema file. Raises ConfigError naming file and line."""
    try:
        raw = path.read_bytes()
        document = jsonio.loads(raw, what=str(path))
    except (OSError, ValueError) as error:
        message = f"schema {path}: {error}"
        raise ConfigError(message) from error
    if not isinstance(document, dict):
        message = f"schema {path}: not a JSON object"
        raise ConfigError(message)
    content = jsonio.dumps(document)  # canonical, so that reformatting a schema makes nothing stale
    return Schema(str(document.get("$id", path.stem)), jsonio.sha256(content), content)


def check(schema: Schema, value: Any) -> None:
    """Raise OutputError, with the path and the rule that was broken, when `value` does not fit.

    Raises ConfigError when the schema itself is none.
    """
    if not _compiled(schema.content).is_valid(value):
        raise explain(schema, value)


def explain(schema: Schema, value: Any) -> OutputError:
    """What the reference implementation says about a value that does not fit."""
    import jsonschema  # noqa: PLC0415  (72 ms, needed only to word an error)

    validator = jsonschema.Draft202012Validator(jsonio.trusted_loads(schema.content))
    plain = jsonio.trusted_loads(jsonio.dumps(value))  # a tuple is an array to the compiled one only
    error = jsonschema.exceptions.best_match(validator.iter_errors(plain))
    if error is None:
        return OutputError(f"the data do not fit schema {schema.id}")
    path = error.json_path.removeprefix("$").removeprefix(".") or "the data"
    return OutputError(f"{path}: {error.message[:300]} (schema {schema.id})", path=path)


@cache
def _compiled(content: bytes) -> Any:
    import jsonschema_rs  # noqa: PLC0415  (a resume that validates nothing does not pay for it)

    document = jsonio.trusted_loads(content)
    try:
        return jsonschema_rs.Draft202012Validator(document)
    except ValueError as error:
        first = str(error).partition("\n")[0]
        message = f"schema {document.get('$id', '')}: {first}"
        raise ConfigError(message) from error
