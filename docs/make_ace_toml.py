"""Write ace.toml: every configuration key with its default and the comment that stands beside it in the source."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from ace import config_keys, discovery, model_config, records

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# ACE's configuration. Every key is shown with its default, commented out.
# Order: flags, then ACE_* variables, then this file, then ~/.config/ace/config.toml, then these defaults.
# A key that no pipeline declares is refused. `ace pipelines news` lists the keys of a pipeline. Keys of model
# providers never stand here: they come from ANTHROPIC_API_KEY, OPENAI_API_KEY or, as files, from *_FILE.
"""
KEY = re.compile(r'^ *"([a-z_]+)": .*?,  # (.*)$', re.MULTILINE)


def main() -> None:
    parts = [HEAD, section("ace", config_keys.ENGINE_DEFAULTS, comments(config_keys)), models()]
    for name in discovery.names():
        pipeline = discovery.find(name)
        said = comments(records) | comments(importlib.import_module(f"phases.{name}.pipeline"))
        parts += [section(f"{name}.{phase.name}", phase.config, said) for phase in pipeline.phases if phase.config]
    (ROOT / "ace.toml").write_text("\n".join(parts))


def models() -> str:
    return section(model_config.SECTION, model_config.DEFAULTS, comments(model_config))


def comments(module: ModuleType) -> dict[str, str]:
    return dict(KEY.findall(inspect.getsource(module)))


def section(name: str, values: Mapping[str, Any], said: Mapping[str, str]) -> str:
    lines = [f"# {key} = {toml(value)}" + (f"   # {said[key]}" if key in said else "") for key, value in values.items()]
    return "\n".join([f"[{name}]", *lines, ""])


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    return repr(value)


if __name__ == "__main__":
    main()
