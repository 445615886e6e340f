"""ace pipelines: what can be run by name."""

from __future__ import annotations

import click

from ace import discovery
from ace.cli.options import common, print_json
from ace.records import Data, Pipeline


@click.command()
@click.argument("name", required=False)
@common
def command(name: str | None, artifacts: str, as_json: bool, debug: bool) -> None:
    """List the pipelines that can be run.

    With NAME (or the path of a .py file): its phases, what they read, and every configuration key with its default.
    """
    wanted = [name] if name else discovery.names()
    found = [discovery.find(one) for one in wanted]
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        if name:
            _show(one)
        else:
            click.echo(f"{one.name:<12} {len(one.phases):>2} phases  {one.title}")


def _show(pipeline: Pipeline) -> None:
    click.echo(f"{pipeline.name}: {pipeline.title}" if pipeline.title else pipeline.name)
    for option, key in pipeline.options.items():
        click.echo(f"   {'INPUT' if option == 'input' else f'--{option}'} sets {key}")
    for number, phase in enumerate(pipeline.phases, 1):
        click.echo(f"{number:>2} {phase.name}" + (f"  (reads {', '.join(phase.reads)})" if phase.reads else ""))
        for key, value in phase.config.items():
            click.echo(f"      {key} = {value!r}")


def _as_json(pipeline: Pipeline) -> Data:
    return {
        "name": pipeline.name,
        "title": pipeline.title,
        "options": dict(pipeline.options),
        "phases": [
            {"name": phase.name, "reads": list(phase.reads or ()), "config": dict(phase.config)}
            for phase in pipeline.phases
        ],
    }
