"""The engine's figures: ACE beside a hand-written loop and other engines, and what starting it costs.

    python benchmarks/engine/run.py [--peers base,doit,luigi,joblib] [--reps 5]

The comparison is the harness in ../shared/bench/engine (beside the checkout); it says what each row means. Virtual
environments and results go to benchmarks/engine/out/, which git ignores. Ratios count, seconds do not: machines differ.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
HARNESS = HERE.parents[1].parent / "shared" / "bench" / "engine"
OUT = HERE / "out"
STARTS = 25  # starts per command; the commands take turns, so that a noisy moment hits all of them


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="base,doit,luigi,joblib")
    parser.add_argument("--reps", default="5")
    parser.add_argument("--fan-reps", default="3")
    parser.add_argument("--tasks", default="chain,fan,probes")
    arguments = parser.parse_args()
    if not HARNESS.is_dir():
        print(f"the comparison needs {HARNESS}, which is not there", file=sys.stderr)
        return 2
    peers = arguments.peers.split(",")
    for peer in peers:
        install(peer)
    compare(peers, arguments)
    print("\n".join(starting()))
    return 0


def install(peer: str) -> None:
    """One virtual environment per peer, from its pinned requirements."""
    folder = OUT / "venvs" / peer
    if (folder / "bin" / "python").exists():
        return
    venv.create(folder, with_pip=True)
    pins = HARNESS / "requirements" / f"{peer}.txt"
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", "-r", pins], check=False)


def compare(peers: list[str], arguments: argparse.Namespace) -> None:
    ace = "{bin}/ace run " + str(HERE)
    command = [
        *(sys.executable, HARNESS / "run.py", "--peers", ",".join([*peers, "ace"]), "--reps", arguments.reps),
        *("--fan-reps", arguments.fan_reps, "--tasks", arguments.tasks),
        *("--venvs", OUT / "venvs", "--out", OUT / "results", "--ace-python", sys.executable),
        *("--ace-chain", f"{ace}/chain.py --run-id bench --artifacts {{work}}/artifacts --rerun-stale"),
        *("--ace-fan", f"{ace}/fan.py --run-id bench --artifacts {{work}}/artifacts"),
    ]
    subprocess.run(command, check=True, cwd=OUT, env=os.environ | {"PYTHONPYCACHEPREFIX": ""})


def starting() -> list[str]:
    """CPU of `ace --help` beside the bare imports, and the size of the core."""
    commands = {
        "python -c 'import click, orjson'": [sys.executable, "-c", "import click, orjson"],
        "ace --help": [str(Path(sys.executable).parent / "ace"), "--help"],
    }
    used: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            used[name].append(cpu_ms(command))
    bare, helped = (statistics.median(times) for times in used.values())
    line = f"ace --help: {helped:.0f} ms CPU, {helped / bare:.2f} x importing click and orjson ({bare:.0f} ms)"
    return ["", "## Starting", line]


def cpu_ms(command: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    pid = os.posix_spawn(command[0], command, environment, file_actions=quiet)
    _, _, usage = os.wait4(pid, 0)
    return 1000 * (usage.ru_utime + usage.ru_stime)


if __name__ == "__main__":
    raise SystemExit(main())
