"""For whom the report is made and how it is divided: the company and the categories, from the user's files or ours.

Both are small JSON files that a person edits; every error names the file and what to write instead.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ace.errors import ConfigError
from phases.common.text import slug
from phases.news.source_formats import decode, parse_json, plain_name
from phases.news.source_lists import read_file

HERE = Path(__file__).parent


def categories(file: str) -> list[dict[str, Any]]:
    """[{id, name, keywords}] of a file, or the built-in ones when `file` is empty. Raises ConfigError."""
    where = file or "categories.json"
    value = _read_json(file, where)
    rows = value.get("categories") if isinstance(value, dict) else value
    if not isinstance(rows, list) or not rows:
        message = f'{where}: expected a list of categories or {{"categories": [...]}} with at least one'
        raise ConfigError(message, hint='a category is {"id": "policy", "name": "Policy", "keywords": ["ai act"]}')
    found = [_category(row, f"{where}: category {number}") for number, row in enumerate(rows, start=1)]
    ids = [row["id"] for row in found]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        message = f"{where}: the category {twice[0]!r} stands twice"
        raise ConfigError(message, hint="give each category its own id")
    return found


def company(file: str) -> dict[str, Any]:
    """{name, description, interests} of a file, or the built-in one when `file` is empty. Raises ConfigError."""
    where = file or "company.json"
    value = _read_json(file, where)
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not value["name"].strip():
        message = f'{where}: expected an object with a "name"'
        raise ConfigError(message, hint='{"name": "…", "description": "…", "interests": ["agents", "AI Act"]}')
    description = value.get("description", "")
    if not isinstance(description, str):
        message = f"{where}: description is not text"
        raise ConfigError(message, hint="one or two sentences on what the company does")
    interests = _phrases(value.get("interests", []), f"{where}: interests")
    return {"name": plain_name(value["name"]), "description": " ".join(description.split()), "interests": interests}


def _read_json(file: str, where: str) -> Any:
    path = Path(file).expanduser() if file else HERE / where
    return parse_json(decode(read_file(path, where), where), where)


def _category(row: Any, where: str) -> dict[str, Any]:
    name = row.get("name") if isinstance(row, dict) else None
    if not isinstance(name, str) or not name.strip() or not isinstance(row.get("id", ""), str):
        message = f'{where}: expected an object with a "name" (and an "id", which is text)'
        raise ConfigError(message, hint='{"id": "policy", "name": "Policy", "keywords": ["ai act"]}')
    keywords = _phrases(row.get("keywords", []), f"{where}: keywords")
    return {"id": slug(row.get("id") or name), "name": plain_name(name), "keywords": keywords}


def _phrases(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(phrase, str) and phrase.strip() for phrase in value):
        message = f"{where} is not a list of texts"
        raise ConfigError(message, hint='["first phrase", "second phrase"]')
    return [plain_name(phrase) for phrase in value]
