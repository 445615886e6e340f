"""Run one phase: inputs, context, the phase's function, strict checks, commit. Used by the orchestrator, by the fresh
process of --artifact-mode, and by `python -m phases.news.p03_tier1_filter`."""

import functools
import resource
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import ace
from ace import clock, discovery, envelope, fingerprint, jsonio, model_config, schema, store
from ace.context import Config, PhaseContext
from ace.errors import OutputError
from ace.journal import Journal
from ace.records import LOCAL, Data, Inputs, Json, Output, Phase, Pipeline
from ace.schema import Schema
from ace.services import Bench, RunServices


class Work(NamedTuple):
    """One phase with everything that it is made from. `inputs` are artifacts by phase name."""

    phase: Phase
    number: int
    config: Mapping[str, Json]
    code: fingerprint.Code
    schema: Schema | None
    inputs: Mapping[str, store.Artifact]
    missing: tuple[str, ...] = ()
    attempt: int = 1


def place_of(bench: Bench, work: Work) -> store.Place:
    return store.Place(bench.folder, bench.run_id, bench.pipeline.name, work.number, work.phase.name, work.schema)


def run_phase(bench: Bench, work: Work) -> store.Artifact:
    """Execute and commit. Raises whatever the phase raises, OutputError for what cannot be kept, StorageError."""
    meter = Meter()
    function = discovery.load(bench.pipeline, work.phase)
    path = bench.folder / "journal" / f"phase{work.number}_{work.phase.name}.jsonl"
    with Journal(path, _journal_fingerprint(work)) as journal:
        if len(journal):
            bench.log.add("journal", phase=work.phase.name, items=len(journal))
        context = _context(bench, work, journal)
        inputs = Inputs({name: artifact.data() for name, artifact in work.inputs.items()}, work.missing)
        output = function(inputs, context)
        if bench.stop.cancelled:  # its workers were taken away: what it made of that is no result
            bench.stop.check()
        data_bytes = _checked(work, output)
        metadata = _metadata(bench, work, context, output, inputs, meter)
        artifact = _commit(bench, work, data_bytes, metadata, output)
        journal.remove()
    return artifact


class Meter:
    """Wall and CPU seconds since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def read(self) -> tuple[float, float]:
        return round(time.monotonic() - self._wall, 4), round(time.process_time() - self._cpu, 4)


def _context(bench: Bench, work: Work, journal: Journal) -> PhaseContext:
    services = RunServices(
        bench.folder,
        bench.pipeline.name,
        journal,
        bench.log,
        bench.stop,
        bench.workers,
        bench.caches,
        functools.partial(_models, bench, work),
    )
    return PhaseContext(
        run_id=bench.run_id,
        phase=work.phase.name,
        started=bench.started,
        config=work.config,
        services=services,
    )


def _models(bench: Bench, work: Work, config: Config) -> Any:
    """Asking models on behalf of one phase. `config` notes what is read; limits of money are read past it."""
    from ace.providers.phase_models import PhaseModels  # noqa: PLC0415  (for phases that ask)

    module = discovery.module_file(bench.pipeline, work.phase)
    return PhaseModels(functools.partial(bench.models.session, bench), work.phase, module.parent, config, work.config)


def _journal_fingerprint(work: Work) -> str:
    """Rows count only for the same code, configuration and inputs: a function may look at more than its item."""
    return jsonio.sha256(jsonio.dumps([work.code.sha256, dict(work.config), _hashes(work)]))


def _hashes(work: Work) -> dict[str, str]:
    return {name: artifact.sha256 for name, artifact in work.inputs.items()}


def _checked(work: Work, output: Any) -> bytes:
    """The canonical bytes of the data. Raises OutputError when it is not an Output, not JSON, or breaks the schema."""
    if not isinstance(output, Output):
        message = f"phase {work.phase.name} returned {type(output).__name__}, not ace.Output"
        raise OutputError(message)
    if not isinstance(output.data, dict):
        message = f"phase {work.phase.name} returned data of type {type(output.data).__name__}, not a dict"
        raise OutputError(message)
    data_bytes = jsonio.dumps(output.data)
    if work.schema is not None:
        schema.check(work.schema, output.data)
    return data_bytes


def _metadata(bench: Bench, work: Work, context: PhaseContext, output: Output, inputs: Inputs, meter: Meter) -> Data:
    wall, cpu = meter.read()
    config = dict(context.config.read)
    return {
        "run_id": bench.run_id,
        "pipeline": bench.pipeline.name,
        "phase_name": work.phase.name,
        "phase_number": work.number,
        "timestamp": clock.stamp(),
        "duration_seconds": wall,
        "cpu_seconds": cpu,
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "input_count": _input_count(bench.pipeline, inputs),
        "output_count": count(work.phase.items, output.data),
        "dropped_count": count(work.phase.dropped, output.data),
        "failed_count": len(context.failed),
        "failed_items": [item._asdict() for item in context.failed[:1000]],
        **_spending(bench, work),
        "status": "partial" if context.failed or work.missing else "completed",
        "missing_inputs": list(work.missing),
        "attempts": work.attempt,
        "method": output.method,
        "warnings": context.warnings,
        "config": config,
        "code": work.code.files,
        "fingerprint": {
            "inputs": _hashes(work),
            "code": work.code.sha256,
            "config": jsonio.sha256(jsonio.dumps(config)),
            "schema": work.schema.sha256 if work.schema else "",
        },
        "schema": {"id": work.schema.id if work.schema else None, "envelope": envelope.VERSION},
        "input_bytes": sum(len(artifact.data_bytes) for artifact in work.inputs.values()),
        "ace_version": ace.__version__,
    }


def _spending(bench: Bench, work: Work) -> Data:
    """What the phase asked of models in this run, over all its attempts, as the ledger counted it."""
    if model_config.asks(work.phase) and not model_config.is_local(work.config):
        spent: Data = bench.models.session(bench).spending(work.phase.name)
        return spent
    return {
        "llm_calls": 0,
        "tokens": {"input": 0, "output": 0, "cache": 0},
        "cost_usd": 0.0,
        "price_source": None,
        "provider": LOCAL,
    }


def _input_count(pipeline: Pipeline, inputs: Inputs) -> int:
    """Items of the first declared input that lists items."""
    listed = {phase.name: phase.items for phase in pipeline.phases}
    return next((count(listed[name], inputs[name]) for name in inputs if listed[name]), 0)


def count(key: str, data: Data) -> int:
    found = data.get(key) if key else None
    return len(found) if isinstance(found, list | dict) else 0


def _commit(bench: Bench, work: Work, data_bytes: bytes, metadata: Data, output: Output) -> store.Artifact:
    return store.commit(place_of(bench, work), data_bytes, metadata, output.files)
