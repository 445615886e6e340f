"""A pipeline of four phases for tests of the reading side, and what runs, breaks and reads its runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ace import config, discovery, orchestrator
from ace.cli.main import main

SOURCE = """
from ace import Output, Phase, Pipeline
from ace.errors import PhaseError

PIPELINE = Pipeline("mini", (
    Phase("gather", reads=(), items="articles", dropped="skipped", item="article", config={"count": 6, "title": "Story"}),
    Phase("sift", items="articles", dropped="dropped", item="article", config={"keep": 4, "fail": "", "warn": ""}),
    Phase("order", items="articles", dropped="dropped", item="article", config={"keep": 3, "reverse": False},
          stall_after=60.0),
    Phase("report", items="articles", item="article"),
))


def gather(inputs, ctx):
    count, title = ctx.config["count"], ctx.config["title"]
    articles = [
        {"id": f"{i}abc{i}def{i}abc{i}def", "title": f"{title} {i}", "source": f"Outlet {i % 2}", "text": "Words. " * 100}
        for i in range(1, count + 1)
    ]
    sources = [{"name": "Outlet 0", "status": "ok"}, {"name": "Outlet 1", "status": "timeout"}]
    skipped = [{"id": "9abc9def9abc9def", "title": "Gone", "reason": "http_error", "detail": "HTTP 503"}]
    return Output({"articles": articles, "sources": sources, "skipped": skipped})


def sift(inputs, ctx):
    scored = ctx.map(lambda one: {"score": float(one["id"][0])}, inputs["gather"]["articles"], key=lambda one: one["id"])
    if ctx.config["fail"]:
        raise PhaseError(ctx.config["fail"], hint="look at gather")
    if ctx.config["warn"]:
        ctx.warn(ctx.config["warn"])
    articles = [one | {"tier": score} for one, score in scored.pairs]
    keep = ctx.config["keep"]
    dropped = [{"id": one["id"], "reason": "below_cut", "detail": f"place {i}"} for i, one in enumerate(articles) if i >= keep]
    return Output({"articles": articles[:keep], "dropped": dropped}, method="rules")


def order(inputs, ctx):
    articles = sorted(inputs["sift"]["articles"], key=lambda one: one["id"], reverse=ctx.config["reverse"])
    keep = ctx.config["keep"]
    ranked = [one | {"rank": place} for place, one in enumerate(articles[:keep], 1)]
    return Output({"articles": ranked, "dropped": [{"id": one["id"], "reason": "cap"} for one in articles[keep:]]})


def report(inputs, ctx):
    return Output({"articles": inputs["order"]["articles"], "title": "Mini"}, files={"md": "# Mini\\n"})
"""
FIRST, FIFTH = "1abc1def1abc1def", "5abc5def5abc5def"


class Bench:
    """Runs of the mini pipeline in a folder of its own, and the command that reads them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)  # no ace.toml of the checkout, none of the user
        monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        self.file = folder / "mini.py"
        self.file.write_text(SOURCE)
        self.root = folder / "runs"
        self._capsys = capsys

    def run(self, run_id: str, **overrides: object) -> Path:
        """Run the pipeline; `sift_keep=2` overrides sift.keep. Returns the run folder."""
        dotted = {key.replace("_", ".", 1): value for key, value in overrides.items()}
        flags = {"artifacts": str(self.root), "cache": str(self.root.parent / "cache")}
        pipeline = discovery.from_file(self.file)
        request = orchestrator.Request(pipeline, config.load(flags, {}), dotted, run_id=run_id)
        return orchestrator.run(request).folder

    def ace(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of the command."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([words[0], "--artifacts", str(self.root), *words[1:]])
        out, err = self._capsys.readouterr()
        return int(ended.value.code or 0), out, err

    def json(self, *words: str) -> object:
        """What the command prints with --json."""
        _, out, _ = self.ace(*words, "--json")
        return json.loads(out)

    def change(self, folder: Path, **fields: object) -> dict[str, object]:
        """Rewrite keys of run.json; `phase_sift={…}` updates that phase. Returns the new content."""
        path = folder / "run.json"
        content = json.loads(path.read_text())
        for key, value in fields.items():
            if key.startswith("phase_"):
                content["phases"][key.removeprefix("phase_")].update(value)
            else:
                content[key] = value
        path.write_text(json.dumps(content))
        return content


def edit(path: Path, old: str, new: str) -> None:
    """Change an artifact as a person would with an editor."""
    status = path.stat()
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))


def rot(path: Path, old: str, new: str) -> None:
    """Change an artifact as a failing disk would: the modification time stays."""
    status = path.stat()
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
