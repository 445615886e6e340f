"""Measure extracts against human extracts and publishers' standfirsts.

    python benchmarks/news/summaries.py [--data ../shared/data/news] [--halves]

Reads   DATA/bbc100 (articles with human extracts), DATA/standfirst.json (English rows)
Writes  the table of ../shared/score/news_score.py `summaries` on stdout; --halves adds ROUGE-1 of every other text, to
        see whether a setting only fits one half
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

from phases.common.summarise import summarise  # noqa: E402  (after the path)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "news")
    parser.add_argument("--halves", action="store_true", help="also score the texts with even and odd places alone")
    options = parser.parse_args()
    scorer = load_scorer()
    predictions = {}
    for name, article in {**scorer.bbc_articles(options.data), **scorer.standfirsts(options.data)}.items():
        summary = summarise(article["body"], title=article["title"])
        predictions[name] = {"text": summary.text, "status": summary.status}
    if options.halves:
        print_halves(scorer, predictions, options.data)
    return score("summaries", predictions, options.data)


def load_scorer() -> Any:
    """The shared scoring script as a module."""
    path = SHARED / "score" / "news_score.py"
    spec = importlib.util.spec_from_file_location("news_score", path)
    if spec is None or spec.loader is None or not path.is_file():
        message = f"{path} is needed to score; it lies beside the project"
        raise SystemExit(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules["news_score"] = module
    spec.loader.exec_module(module)
    return module


def score(part: str, predictions: dict[str, Any], data: Path) -> int:
    """Write the predictions to a temporary file, run the scorer on it, print its table; its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.json"
        path.write_text(json.dumps(predictions, ensure_ascii=False), encoding="utf-8")
        command = [sys.executable, str(SHARED / "score" / "news_score.py"), part, "--pred", str(path), str(data)]
        return subprocess.run(command, check=False).returncode


def print_halves(scorer: Any, predictions: dict[str, Any], data: Path) -> None:
    for group, articles in (("bbc", scorer.bbc_articles(data)), ("standfirst", scorer.standfirsts(data))):
        figures = [
            scorer.rouge_n(scorer.rouge_tokens(article["reference"]), scorer.rouge_tokens(predictions[name]["text"]), 1)
            for name, article in articles.items()
        ]
        halves = [sum(half) / len(half) for half in (figures[::2], figures[1::2])]
        print(f"{group:12} rouge1 of the halves {halves[0]:.3f} {halves[1]:.3f}")


if __name__ == "__main__":
    raise SystemExit(main())
