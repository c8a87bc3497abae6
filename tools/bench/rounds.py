"""Programs that take turns, and what their figures say: shared by the benchmarks in this folder."""
import argparse
from collections.abc import Callable
import json
import math
import os
from pathlib import Path
import re
import shlex
import statistics
import subprocess
import sys
import time

import machine

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
ENOUGH_PAIRS = 9    # fewer are a trial, not a measurement
COVERAGE = 0.90     # the least that an interval has to have, where there are enough pairs for it
QUIET_LOAD = 0.25   # of the machine's CPUs: the load average at which it counts as busy before anything was started
QUIET_OTHERS = 0.1  # of the machine's CPUs: what may run beside a measured program


class BenchError(Exception):
    """A program failed, or the two sides did not do the same work."""


class SetupError(Exception):
    """Something that is needed is missing or wrong."""


def median_interval(values: list[float], coverage: float = COVERAGE) -> tuple[float, float, float]:
    """Low, high and exact coverage of the narrowest symmetric interval of order statistics that holds the median of the
    distribution with at least `coverage`; where there are too few values for that, of the widest. The number of values
    below the median is binomial(n, 1/2) whatever the distribution is."""
    ordered, n = sorted(values), len(values)
    if not ordered:
        raise ValueError("no values")

    def exact(rank: int) -> float:  # of [rank-th smallest, rank-th largest]
        return max(0.0, 1 - 2 * sum(math.comb(n, below) for below in range(rank)) / 2**n)

    rank = max((rank for rank in range(1, n // 2 + 1) if exact(rank) >= coverage), default=1)
    return ordered[rank - 1], ordered[n - rank], exact(rank)


def ratio_text(values: list[float]) -> str:
    low, high, exact = median_interval(values)
    return (f"{statistics.median(values):.3f}x, interval {low:.3f}x to {high:.3f}x "
            f"(coverage {100 * exact:.1f} %, pairs: {len(values)})")


def round_order(programs: list[str], index: int) -> list[str]:
    """A B, B A, A B, ...: what heats up, slows down or fills a cache does not always meet the same side."""
    return programs if index % 2 == 0 else programs[::-1]


def run_once(command: list[str], parse: Callable[[str], dict]) -> dict:
    """Runs one program to its end. In the result: what `parse` makes of its output, the seconds of the process and of
    its CPUs, and as `others_cpus` how many CPUs were busy with something else meanwhile."""
    busy, used, start = machine.busy_seconds(), machine.children_seconds(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    wall = time.perf_counter() - start
    own = machine.children_seconds() - used
    others = max(0.0, machine.busy_seconds() - busy - own) / wall
    if done.returncode != 0:
        raise BenchError(f"exit code {done.returncode}: {shlex.join(command)}\n{done.stderr.strip()[-2000:]}")
    try:
        result = parse(done.stdout)
    except (BenchError, ValueError, KeyError) as error:
        raise BenchError(f"{shlex.join(command)}: {error}") from None
    return {**result, "process_s": wall, "cpu_s": own, "others_cpus": others}


def output_of(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        detail = (getattr(error, "stderr", "") or "").strip()
        raise SetupError(f"{shlex.join(command[:2])}: {detail or error}") from None


def versions(arguments: argparse.Namespace, needed: set[str]) -> dict:
    """Versions of everything that runs; names the packages that PY lacks."""
    code = ("import importlib.metadata as m, json, platform; print(json.dumps([platform.python_version(), "
            "{d.metadata['Name'].lower(): d.version for d in m.distributions()}]))")
    python, packages = json.loads(output_of([arguments.python, "-c", code]))
    if missing := sorted(needed - set(packages)):
        lines = (arguments.peers / "requirements.txt").read_text().split()
        install = [next((line for line in lines if re.match(rf"{name}\b", line, re.I)), name) for name in missing]
        raise SetupError(f"{arguments.python} lacks {', '.join(missing)}; "
                         f"{shlex.join([arguments.python, '-m', 'pip', 'install', *install])}")
    revision = output_of(["git", "-C", str(ROOT), "rev-parse", "HEAD"]) if (ROOT / ".git").exists() else None
    version, digest = output_of([str(arguments.yy_run), "--version"]), machine.digest(arguments.yy_run)
    return dict(yy_run=version, yy_run_sha256=digest, git_revision=revision, python=python, packages=packages)


def warn_where_busy(runs: list[dict]) -> None:
    """After the runs; `runs` are what run_once returned."""
    others = max((run["others_cpus"] for run in runs), default=0)
    if others > QUIET_OTHERS * (os.cpu_count() or 1):
        print(f"  WARNING: something else used up to {others:.2f} CPUs during a run; repeat this on a quiet machine.")


def warn_where_loaded() -> None:
    """Before the first run."""
    load = os.getloadavg()[0]
    if load > QUIET_LOAD * (os.cpu_count() or 1):
        print(f"WARNING: the load average is {load:.2f} before anything was started; the figures will not hold.")


def summary_of(values: list[float]) -> dict:
    low, high, exact = median_interval(values)
    return {"median": statistics.median(values), "low": low, "high": high, "coverage": exact, "values": values}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags that all benchmarks of this folder have."""
    parser.add_argument("--zoo", type=Path, default=SHARED / "zoo", help="models and zoo.json")
    parser.add_argument("--images", type=Path, default=SHARED / "images",
                        help="with folders imagenet-dev and cifar10-dev: CLASS/FILE")
    parser.add_argument("--peers", type=Path, default=SHARED / "peers",
                        help="folder.py, model.py and requirements.txt")
    parser.add_argument("--python", default=sys.executable, help="a Python that has the peers' packages")
    parser.add_argument("--yy-run", type=Path, default=ROOT / "build/release/bin/yy-run")
    parser.add_argument("--pairs", type=positive, default=ENOUGH_PAIRS, help=f"rounds; default and least: {ENOUGH_PAIRS}")
    parser.add_argument("--threads", type=positive, default=len(os.sched_getaffinity(0)), help="of each program")
    parser.add_argument("--json", type=Path, help="machine, versions, commands and all raw numbers")


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a positive number, found {text!r}")
    return int(text)


def check_arguments(arguments: argparse.Namespace, files: list[Path], folders: list[Path]) -> None:
    for path in (arguments.yy_run, *files):
        if not path.is_file():
            raise SetupError(f"{path}: no such file")
    for path in folders:
        if not path.is_dir():
            raise SetupError(f"{path}: no such folder")
    if arguments.json and not arguments.json.absolute().parent.is_dir():
        raise SetupError(f"{arguments.json}: its folder does not exist")
    arguments.yy_run = arguments.yy_run.resolve()


class Document:
    """The JSON file: written anew after every part, so that what was measured is not lost."""

    def __init__(self, arguments: argparse.Namespace, packages: set[str]) -> None:
        self.arguments = arguments
        ran = versions(arguments, packages)
        self.content = {"complete": False, "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                        "machine": machine.describe(), "versions": ran, "threads": arguments.threads,
                        "pairs": arguments.pairs, "parts": []}
        print(f"{self.content['machine']['cpu']}, {os.cpu_count()} CPUs; {arguments.threads} threads for each program; "
              f"{ran['yy_run']}" + "".join(f", {name} {ran['packages'][name]}" for name in ("onnxruntime", "openvino")
                                           if name in ran["packages"] and name in packages), flush=True)
        warn_where_loaded()

    def add(self, part: dict, last: bool) -> None:
        if machine.digest(self.arguments.yy_run) != self.content["versions"]["yy_run_sha256"]:
            raise BenchError(f"{self.arguments.yy_run} was replaced while it was measured")
        self.content["parts"].append(part)
        self.content["complete"] = last
        if self.arguments.json:
            file = self.arguments.json.with_name(self.arguments.json.name + ".part")
            file.write_text(json.dumps(self.content, indent=1) + "\n")
            file.replace(self.arguments.json)


def run_main(main: Callable[[], None]) -> None:
    """Exit codes: 0 done, 1 a program failed or the sides did not do the same work, 2 usage or something is missing."""
    try:
        main()
    except (BenchError, SetupError, OSError) as failure:
        print(f"{Path(sys.argv[0]).name}: {failure}", file=sys.stderr)
        sys.exit(2 if isinstance(failure, SetupError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
