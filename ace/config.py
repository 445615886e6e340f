"""Configuration: flags, then ACE_* variables, then ./ace.toml, then the user's config.toml, then declared defaults.

Every key of a phase is declared with its default in the pipeline's pipeline.py; a key that is not is refused.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ace import jsonio, model_config
from ace.config_keys import ENGINE_DEFAULTS, Raw, fitting, parse_value, set_key
from ace.errors import ConfigError, OutputError
from ace.records import NOTHING, Json, Phase, Pipeline
from ace.runs import nearest

FILE = "ace.toml"
Values = dict[str, dict[str, Json]]


class Settings(NamedTuple):
    """Engine settings, and what files and environment say about phases: {pipeline: {phase.key: value}}."""

    engine: Mapping[str, Json]
    phases: Mapping[str, Mapping[str, Json]] = NOTHING
    origin: Mapping[str, str] = NOTHING  # where each was said, by pipeline.phase.key: file:line or variable
    models: Mapping[str, Json] = MappingProxyType(model_config.DEFAULTS)

    @property
    def artifacts(self) -> Path:
        return Path(str(self.engine["artifacts"]))

    @property
    def cache(self) -> Path:
        return Path(str(self.engine["cache"]))


def load(flags: Mapping[str, Json] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read all layers but the command line's --set. Raises ConfigError naming file, line and key."""
    environ = os.environ if environ is None else environ
    engine, models = dict(ENGINE_DEFAULTS), dict(model_config.DEFAULTS)
    phases: dict[str, dict[str, Json]] = {}
    origin: dict[str, str] = {}
    sections = {"ace": engine, model_config.SECTION: models}
    for path in (_user_file(environ), Path(FILE)):
        if path.is_file():
            _merge_file(path, sections, phases, origin)
    _merge_environment(environ, sections, phases, origin)
    engine.update({key: value for key, value in (flags or {}).items() if value not in (None, "")})
    models["provider"] = models["provider"] or model_config.automatic(environ)
    models["embedding_provider"] = models["embedding_provider"] or model_config.automatic(environ, ("openai",))
    return Settings(engine, phases, origin, models)


def models(settings: Settings, overrides: Mapping[str, Json]) -> dict[str, Json]:
    """How models are asked in a run: the section [models] with `overrides` {"models.key": value} on top."""
    found = dict(settings.models)
    for dotted, value in overrides.items():
        section, _, key = dotted.partition(".")
        if section == model_config.SECTION:
            set_key(section, found, key, value, "--set")
    return found


def effective(pipeline: Pipeline, settings: Settings, overrides: Mapping[str, Json]) -> Values:
    """The configuration of every phase: {phase: {key: value}}. `overrides` are {"phase.key": value}.

    Raises ConfigError for keys that no phase declares and values of the wrong kind.
    """
    _refuse_misspelled(pipeline, settings)
    values: Values = {}
    for phase in pipeline.phases:
        where = f"pipeline {pipeline.name}, phase {phase.name}: config"
        values[phase.name] = jsonio.trusted_loads(_strict(dict(phase.config), where))  # as artifacts record it
    said = settings.phases.get(pipeline.name, {})
    origin = {dotted: settings.origin.get(f"{pipeline.name}.{dotted}", f"[{pipeline.name}]") for dotted in said}
    of_phases = {key: value for key, value in overrides.items() if not key.startswith(f"{model_config.SECTION}.")}
    for layer, places in ((said, origin), (of_phases, dict.fromkeys(of_phases, "--set"))):
        for dotted, value in layer.items():
            phase, key = _declared(pipeline, dotted, places[dotted])
            default, where = phase.config[key], f"{places[dotted]}: {dotted}"
            found = fitting(default, _read(value, default), where)
            values[phase.name][key] = jsonio.trusted_loads(_strict(found, where))
    asking = [phase.name for phase in pipeline.phases if model_config.asks(phase)]
    if asking:
        section = models(settings, overrides)
        for name in asking:
            model_config.resolve(values[name], section, _default_model)
    return values


def _default_model(provider: str, *, embedding: bool) -> str:
    from ace.providers import find  # noqa: PLC0415  (only where a model is asked)

    return (find.DEFAULT_EMBEDDING_MODELS if embedding else find.DEFAULT_MODELS).get(provider, "")


def _refuse_misspelled(pipeline: Pipeline, settings: Settings) -> None:
    """Raise ConfigError for a section that nearly has this pipeline's name and one of its phases, and is nobody's."""
    phases = {phase.name for phase in pipeline.phases}
    for section, said in settings.phases.items():
        inside = next((dotted for dotted in said if dotted.partition(".")[0] in phases), "")
        if section == pipeline.name or not inside or not nearest(section, [pipeline.name]):
            continue
        from ace import discovery  # noqa: PLC0415  (only where a section may be misspelled)

        if section not in discovery.names() and not Path(f"{section}.py").exists():
            where = settings.origin.get(f"{section}.{inside}", f"[{section}]")
            message = f"{where}: there is no pipeline {section!r}"
            raise ConfigError(message, hint=f"did you mean [{pipeline.name}.{inside.partition('.')[0]}]?")


def _read(value: Json, default: Json) -> Json:
    return parse_value(str(value), default) if isinstance(value, Raw) else value


def _strict(value: Json, where: str) -> bytes:
    """The JSON of a value. TOML knows dates, nan and inf, JSON does not."""
    try:
        return jsonio.dumps(value)
    except OutputError as error:
        message = f"{where}: {error.message}"
        raise ConfigError(message) from error


def parse_assignment(text: str, pipeline: Pipeline) -> tuple[str, Json]:
    """("phase.key", value) of `phase.key=value`; the value is JSON where it can be read as such, else text."""
    dotted, equals, raw = text.partition("=")
    if not equals or "." not in dotted:
        message = f"--set {text!r}: expected phase.key=value"
        raise ConfigError(message, hint=f"for example --set {_example(pipeline)}")
    dotted = dotted.strip().removeprefix(f"{pipeline.name}.")
    section, _, key = dotted.partition(".")
    if section == model_config.SECTION:
        value = parse_value(raw, model_config.DEFAULTS.get(key))
        set_key(section, dict(model_config.DEFAULTS), key, value, "--set")
        return dotted, value
    phase, key = _declared(pipeline, dotted, "--set")
    return f"{phase.name}.{key}", parse_value(raw, phase.config[key])


def _declared(pipeline: Pipeline, dotted: str, where: str) -> tuple[Phase, str]:
    name, _, key = dotted.partition(".")
    phase = next((one for one in pipeline.phases if one.name == name), None)
    if phase is None:
        near = nearest(name, [one.name for one in pipeline.phases]) or [one.name for one in pipeline.phases]
        message = f"{where}: pipeline {pipeline.name} has no phase {name!r}"
        raise ConfigError(message, hint=f"did you mean {', '.join(near)}?")
    if key not in phase.config:
        near = nearest(key, list(phase.config)) or list(phase.config)
        message = f"{where}: phase {name} has no key {key!r}"
        raise ConfigError(message, hint=f"did you mean {', '.join(near)}?" if near else "it declares no keys")
    return phase, key


def _user_file(environ: Mapping[str, str]) -> Path:
    home = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME", "~"), ".config")
    return Path(home) / "ace" / "config.toml"


def _merge_file(
    path: Path, sections: Mapping[str, dict[str, Json]], phases: dict[str, dict[str, Json]], origin: dict[str, str]
) -> None:
    from ace.config_file import said  # noqa: PLC0415  (only where there is a file to read)

    for section, phase, key, value, where in said(path, sections):
        if phase:
            phases.setdefault(section, {})[f"{phase}.{key}"] = value
            origin[f"{section}.{phase}.{key}"] = where
        else:
            set_key(section, sections[section], key, value, where)


def _merge_environment(
    environ: Mapping[str, str],
    sections: Mapping[str, dict[str, Json]],
    phases: dict[str, dict[str, Json]],
    origin: dict[str, str],
) -> None:
    """ACE_ARTIFACTS=DIR for the engine, ACE_MODELS__PROVIDER=mock, ACE_NEWS__SCRAPING__CONCURRENCY=8 for a phase.

    Other ACE_* are not ours.
    """
    for name, raw in environ.items():
        if not name.startswith("ACE_"):
            continue
        pipeline, separator, rest = name.removeprefix("ACE_").lower().partition("__")
        phase, dot, key = rest.partition("__")
        if dot:
            phases.setdefault(pipeline, {})[f"{phase}.{key}"] = Raw(raw)
            origin[f"{pipeline}.{phase}.{key}"] = name
        elif pipeline == model_config.SECTION and rest and raw:
            set_key(pipeline, sections[pipeline], rest, parse_value(raw, model_config.DEFAULTS.get(rest)), name)
        elif not separator and pipeline in sections["ace"] and raw:
            set_key("ace", sections["ace"], pipeline, parse_value(raw, ENGINE_DEFAULTS[pipeline]), name)


def _example(pipeline: Pipeline) -> str:
    for phase in pipeline.phases:
        for key, value in phase.config.items():
            return f"{phase.name}.{key}={value if value not in ('', []) else 'VALUE'}"
    return "phase.key=value"
