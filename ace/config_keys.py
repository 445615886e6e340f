"""Keys of the configuration and their values: what [ace] and [models] know, and what fits the default of a key."""

from __future__ import annotations

import orjson

from ace import model_config
from ace.errors import ConfigError
from ace.records import Json
from ace.runs import nearest

ENGINE_DEFAULTS: dict[str, Json] = {
    "artifacts": "data/artifacts",  # folder of the runs
    "cache": "data/cache",  # folder of feeds and pages read before, and of llm.db: every answer that was paid for
    "prune_keep": 10,  # latest runs of a pipeline that `ace prune` leaves alone
    "prune_compress": 100,  # up to this place runs are compressed; later ones are deleted
    "ping_url": "",  # told when a run starts, ends well or fails: URL/start, URL, URL/fail
    "prune_days": 90,  # but never before this age in days
}


class Raw(str):
    """Text of the environment, to be read when the default that it stands for is known."""

    __slots__ = ()


def parse_value(raw: str, default: Json) -> Json:
    """Text for a key whose default is text; else JSON where it can be read as such."""
    if isinstance(default, str):
        return raw
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw


def fitting(default: Json, value: Json, where: str) -> Json:
    """`value`, converted where nothing is lost, when it is of the kind of `default`."""
    if isinstance(default, list | tuple):
        return list(value) if isinstance(value, list | tuple) else [value]
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if default is None or type(value) is type(default):
        return value
    expected = {bool: "true or false", int: "a whole number", float: "a number", dict: "a table", str: "text"}
    message = f"{where}: {value!r} is not {expected.get(type(default), type(default).__name__)}"
    raise ConfigError(message, hint=f"the default is {default!r}")


def set_key(section: str, values: dict[str, Json], key: str, value: Json, where: str) -> None:
    """Set a key of [ace] or [models]. Raises ConfigError."""
    defaults = model_config.DEFAULTS if section == model_config.SECTION else ENGINE_DEFAULTS
    if key not in defaults:
        near = nearest(key, list(defaults)) or list(defaults)
        message = f"{where}: [{section}] has no key {key!r}"
        raise ConfigError(message, hint=f"did you mean {', '.join(near)}?")
    found = fitting(defaults[key], value, where)
    if isinstance(found, int) and found < 0:
        message = f"{where}: {key}: {found} is below 0"
        raise ConfigError(message)
    values[key] = model_config.checked(key, found, where) if section == model_config.SECTION else found
