"""ace pipelines: what can be run by name."""

from __future__ import annotations

import click

from ace import discovery, plan
from ace.cli.options import common, print_json
from ace.errors import AceError
from ace.records import Data, Json, Pipeline


@click.command()
@click.argument("name", default="")
@common
def command(name: str, artifacts: str, as_json: bool, debug: bool) -> None:
    """List the pipelines that can be run.

    With NAME (or the path of a .py file): its phases, what they read, and every configuration key with its default.
    """
    found = [discovery.find(name)] if name else _every()
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        if name:
            _show(one)
        else:
            click.echo(f"{one.name:<12} {len(one.phases):>2} phases  {one.title}".rstrip())


def _every() -> list[Pipeline]:
    """All that can be found. One that cannot be read is named on stderr and does not hide the others."""
    found = []
    for name in discovery.names():
        try:
            found.append(discovery.find(name))
        except AceError as error:
            click.echo(f"ace: pipeline {name} is left out: {error.message}", err=True)
    return found


def _show(pipeline: Pipeline) -> None:
    click.echo(f"{pipeline.name}: {pipeline.title}" if pipeline.title else pipeline.name)
    for option, key in pipeline.options.items():
        click.echo(f"   {'INPUT' if option == 'input' else f'--{option}'} sets {key}")
    reads = plan.reads(pipeline.phases)
    for number, phase in enumerate(pipeline.phases, 1):
        inputs = ", ".join(f"{one} (optional)" if one in phase.optional else one for one in reads[phase.name])
        click.echo(f"{number:>2} {phase.name}" + (f"  reads {inputs}" if inputs else ""))
        for key, value in phase.config.items():
            click.echo(f"      {key} = {_as_written(value)}")


def _as_written(value: Json) -> str:
    """A value as ace.toml takes it."""
    import json  # noqa: PLC0415

    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_as_written(one)}" for key, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _as_json(pipeline: Pipeline) -> Data:
    reads = plan.reads(pipeline.phases)
    return {
        "name": pipeline.name,
        "title": pipeline.title,
        "options": dict(pipeline.options),
        "phases": [
            {
                "name": phase.name,
                "reads": list(reads[phase.name]),
                "optional": list(phase.optional),
                "config": dict(phase.config),
            }
            for phase in pipeline.phases
        ],
    }
