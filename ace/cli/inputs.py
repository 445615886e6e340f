"""What follows the pipeline's name on a command line: its inputs, and the options that it declares itself."""

from __future__ import annotations

import click

from ace import discovery
from ace.config_keys import parse_value
from ace.errors import UsageError
from ace.records import Json, Pipeline
from ace.runs import nearest


def parse_inputs(pipeline: Pipeline, words: tuple[str, ...]) -> dict[str, Json]:
    """{"phase.key": value} from INPUT words and the pipeline's own --options. Raises UsageError for unknown ones."""
    given: dict[str, list[str]] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            given.setdefault("input", []).append(word)
            continue
        name, equals, value = word.lstrip("-").partition("=")
        if name not in pipeline.options or name == "input":
            raise _unknown(pipeline, word)
        if not equals:
            if not rest:
                message = f"{word} needs a value"
                raise UsageError(message)
            value = rest.pop(0)
        given.setdefault(name, []).append(value)
    overrides: dict[str, Json] = {}
    for name, values in given.items():
        if name not in pipeline.options:
            message = f"pipeline {pipeline.name} takes no input, but {values[0]!r} was given"
            raise UsageError(message)
        overrides.setdefault(pipeline.options[name], []).extend(values)
    return {key: _fitted(pipeline, key, values) for key, values in overrides.items()}


def _fitted(pipeline: Pipeline, dotted: str, values: list[str]) -> Json:
    """All values for a key that is a list; else the last one, read like a --set."""
    name, _, key = dotted.partition(".")
    default = discovery.phase(pipeline, name).config[key]
    return values if isinstance(default, list) else parse_value(values[-1], default)


def _unknown(pipeline: Pipeline, word: str) -> UsageError:
    own = [f"--{name}" for name in pipeline.options if name != "input"]
    context = click.get_current_context(silent=True)
    params = context.command.params if context else []
    options = own + [option for one in params for option in one.opts if option.startswith("--")]
    near = nearest(word.partition("=")[0], options) or own
    hint = (
        f"did you mean {', '.join(near)}?" if near else f"see {context.command_path if context else 'ace run'} --help"
    )
    return UsageError(f"no option {word!r}", hint=hint)
