#!/usr/bin/env python3
"""Compares yy-run with Python programs that do the same work, from a folder of pictures to a CSV file.

usage: python3 tools/bench/against_peers.py [--zoo DIR] [--images DIR] [--peers DIR] [--python PY] [--yy-run PATH]
           [--pairs N] [--threads N] [--batch N] [--only NAME...] [--json FILE]

PY is a Python that has the packages of PEERS/requirements.txt. A round runs each program of a comparison once; every
other round runs them in reverse. How to read the figures: tools/bench/README.md.

Exit codes: 0 done, 1 a program failed or the two sides did not do the same work, 2 usage or something is missing.
"""
import argparse
from dataclasses import dataclass
import json
import math
import os
from pathlib import Path
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import machine

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
ENOUGH_PAIRS = 9    # fewer are a trial, not a measurement
COVERAGE = 0.90     # the least that an interval has to have, where there are enough pairs for it
QUIET_LOAD = 0.25   # of the machine's CPUs: the load average at which it counts as busy before anything was started
QUIET_OTHERS = 0.1  # of the machine's CPUs: what may run beside a measured program

SPEED_ONLY = "Speed only: these photos cannot separate the two networks' accuracy."
HOW = """images/s is each program's own figure, from decoding to answers, without loading its model; yy-run's covers its
first run and its rows too, the peer's neither. process s is the whole process, with loading. A ratio is that of two
images/s of one round; the interval is that of the ratios' median."""


class BenchError(Exception):
    """A program failed, or the two sides did not do the same work."""


class SetupError(Exception):
    """Something that is needed is missing or wrong."""


@dataclass(frozen=True)
class Comparison:
    """What is timed against what. {zoo} in arguments is the folder of models."""
    name: str
    about: str                              # of our side
    ours: tuple[str, ...]                   # arguments of yy-run run
    peer_about: str
    peer: tuple[str, ...]                   # the model and the flags of folder.py
    packages: tuple[str, ...]               # of the peer
    alone: dict[str, tuple[str, ...]]       # ours too, run in the same rounds: what a pair's figure has to stand beside
    precision: str = "f32"                  # both sides have to report it


YIN, YANG = "mobilenet-v2-1.0-224", "efficientnet-lite2"
PAIR = ("--yin", f"{{zoo}}/{YIN}.onnx", "--yang", f"{{zoo}}/{YANG}.onnx", "--threshold", "0.45")
ALONE = {"Yin alone": ("--model", f"{{zoo}}/{YIN}.onnx"), "Yang alone": ("--model", f"{{zoo}}/{YANG}.onnx")}
PAIR_ABOUT = f"{YIN} -> {YANG}, threshold 0.45"
ONNXRUNTIME = (f"onnxruntime, {YANG}", (YANG, "--engine", "ort"), ("numpy", "pillow", "onnxruntime"))
OPENVINO = (f"OpenVINO, {YANG}", (YANG, "--engine", "openvino"), ("numpy", "pillow", "openvino"))

COMPARISONS = (
    Comparison("lite2-onnxruntime", YANG, ALONE["Yang alone"], *ONNXRUNTIME, {}),
    Comparison("pair-onnxruntime", PAIR_ABOUT, PAIR, *ONNXRUNTIME, ALONE),
    Comparison("pair-openvino", PAIR_ABOUT, PAIR, *OPENVINO, ALONE),
)


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


def parse_result(text: str) -> dict:
    """The JSON object a program printed: all of its output (yy-run), or the last line of it (the peers)."""
    lines = text.strip().splitlines()
    for candidate in (text, lines[-1] if lines else ""):
        try:
            result = json.loads(candidate)
        except ValueError:
            continue
        speed = result.get("images_per_s") if isinstance(result, dict) else None
        if not isinstance(speed, (int, float)) or speed <= 0 or not isinstance(result.get("images"), int):
            raise BenchError("expected images and images_per_s in the JSON, found: " + candidate.strip()[:200])
        return result
    raise BenchError("expected JSON on stdout, found: " + (text.strip()[-200:] or "nothing"))


def run_once(command: list[str]) -> dict:
    """Runs one program to its end; `others_cpus` is how many CPUs were busy with something else meanwhile."""
    busy, used, start = machine.busy_seconds(), machine.children_seconds(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    wall = time.perf_counter() - start
    own = machine.children_seconds() - used
    others = max(0.0, machine.busy_seconds() - busy - own) / wall
    if done.returncode != 0:
        raise BenchError(f"exit code {done.returncode}: {shlex.join(command)}\n{done.stderr.strip()[-2000:]}")
    try:
        result = parse_result(done.stdout)
    except BenchError as error:
        raise BenchError(f"{shlex.join(command)}: {error}") from None
    return {"images_per_s": result["images_per_s"], "process_s": wall, "cpu_s": own, "others_cpus": others,
            "result": result}


def check_same_work(runs: dict[str, dict], precision: str) -> None:
    """After the warm-up: as many pictures on each side, all answered, in the precision of the comparison."""
    for program, run in runs.items():
        result = run["result"]
        if result.get("failed"):
            raise BenchError(f"{program}: {result['failed']} of {result['images']} pictures were not answered")
        if result.get("precision") != precision:
            raise BenchError(f"{program}: expected precision {precision}, found {result.get('precision')}")
    counts = {program: run["result"]["images"] for program, run in runs.items()}
    if len(set(counts.values())) != 1:
        raise BenchError(f"different numbers of pictures, {counts}: the peers take DIR/CLASS/FILE.EXTENSION only")


def commands_of(comparison: Comparison, arguments: argparse.Namespace, folder: str) -> dict[str, list[str]]:
    """Command by program, ours and the peer first; the CSV files lie in `folder`."""
    def ours(flags: tuple[str, ...], csv: str) -> list[str]:
        model = [flag.format(zoo=arguments.zoo) for flag in flags]
        return [str(arguments.yy_run), "run", str(arguments.images), *model, "--threads", f"{arguments.threads}",
                "--csv", f"{folder}/{csv}.csv", "--json", "-", "--quiet"]

    batch = ["--batch", f"{arguments.batch}"] if arguments.batch else []
    peer = [arguments.python, str(arguments.peers / "folder.py"), str(arguments.zoo), comparison.peer[0],
            str(arguments.images), *comparison.peer[1:], "--precision", comparison.precision,
            "--threads", f"{arguments.threads}", *batch, "--csv", f"{folder}/peer.csv"]
    alone = {program: ours(flags, "alone") for program, flags in comparison.alone.items()}
    return {"ours": ours(comparison.ours, "ours"), "peer": peer, **alone}


def ratios(raw: dict[str, list[dict]], program: str, other: str) -> list[float]:
    return [a["images_per_s"] / b["images_per_s"] for a, b in zip(raw[program], raw[other], strict=True)]


def measure(comparison: Comparison, arguments: argparse.Namespace) -> dict:
    """Warm-up, then the rounds; all raw numbers and what follows from them."""
    with tempfile.TemporaryDirectory(prefix="yy-bench-") as folder:
        commands = commands_of(comparison, arguments, folder)
        load = os.getloadavg()
        print(f"{comparison.name}: warm-up", file=sys.stderr, flush=True)
        check_same_work({program: run_once(command) for program, command in commands.items()}, comparison.precision)
        raw: dict[str, list[dict]] = {program: [] for program in commands}
        for index in range(arguments.pairs):
            for program in round_order(list(commands), index):
                raw[program].append(run_once(commands[program]))
            figures = ", ".join(f"{program} {raw[program][-1]['images_per_s']:.1f}" for program in commands)
            print(f"{comparison.name}: {index + 1} of {arguments.pairs}: {figures}", file=sys.stderr, flush=True)
    found = {}
    for over in ["peer", *comparison.alone]:
        values = ratios(raw, "ours", over)
        low, high, exact = median_interval(values)
        found[f"ours / {over}"] = {"median": statistics.median(values), "low": low, "high": high,
                                   "coverage": exact, "values": values}
    return {"name": comparison.name, "ours": comparison.about, "peer": comparison.peer_about,
            "precision": comparison.precision, "commands": {program: shlex.join(c) for program, c in commands.items()},
            "load_average_before": load, "ratios": found, "raw": raw}


def report(measured: dict, pairs: int) -> None:
    def median(program: str, key: str) -> float:
        return statistics.median(run[key] for run in measured["raw"][program])

    title = {"ours": f"ours: {measured['ours']}", "peer": f"peer: {measured['peer']}"}
    print(f"\n{measured['name']}, {measured['precision']}. {SPEED_ONLY}")
    print(f"  {'medians':<68} {'images/s':>9} {'process s':>10} {'top-1':>7} {'deferred':>9}")
    for program, runs in measured["raw"].items():
        last = runs[-1]["result"]
        top1, deferred = (f"{last[key]:.3f}" if key in last else "-" for key in ("top1", "deferred_fraction"))
        print(f"  {title.get(program, f'ours: {program}'):<68} {median(program, 'images_per_s'):>9.1f} "
              f"{median(program, 'process_s'):>10.2f} {top1:>7} {deferred:>9}")
    for name, ratio in measured["ratios"].items():
        print(f"  {name}: {ratio_text(ratio['values'])}")
    if pairs < ENOUGH_PAIRS:
        print(f"  A trial, not a measurement: {pairs} of at least {ENOUGH_PAIRS} pairs.")
    others = max(run["others_cpus"] for runs in measured["raw"].values() for run in runs)
    if others > QUIET_OTHERS * (os.cpu_count() or 1):
        print(f"  WARNING: something else used up to {others:.2f} CPUs during a run; repeat this on a quiet machine.")
    sys.stdout.flush()


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


def parse_arguments() -> argparse.Namespace:
    def positive(text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise argparse.ArgumentTypeError(f"expected a positive number, found {text!r}")
        return int(text)

    names = [comparison.name for comparison in COMPARISONS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zoo", type=Path, default=SHARED / "zoo", help="models and zoo.json")
    parser.add_argument("--images", type=Path, default=SHARED / "images/imagenet-dev", help="DIR/CLASS/FILE")
    parser.add_argument("--peers", type=Path, default=SHARED / "peers", help="folder.py and requirements.txt")
    parser.add_argument("--python", default=sys.executable, help="a Python that has the peers' packages")
    parser.add_argument("--yy-run", type=Path, default=ROOT / "build/release/bin/yy-run")
    parser.add_argument("--pairs", type=positive, default=ENOUGH_PAIRS, help=f"default and least: {ENOUGH_PAIRS}")
    parser.add_argument("--threads", type=positive, default=len(os.sched_getaffinity(0)), help="of each program")
    parser.add_argument("--batch", type=positive, help="of the peers; yy-run keeps its own default")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--json", type=Path, help="machine, versions, commands and all raw numbers")
    arguments = parser.parse_args()
    for path in (arguments.yy_run, arguments.peers / "folder.py", arguments.peers / "requirements.txt",
                 arguments.zoo / "zoo.json", *(arguments.zoo / f"{model}.onnx" for model in (YIN, YANG))):
        if not path.is_file():
            raise SetupError(f"{path}: no such file")
    if not arguments.images.is_dir():
        raise SetupError(f"{arguments.images}: no such folder")
    if arguments.json and not arguments.json.absolute().parent.is_dir():
        raise SetupError(f"{arguments.json}: its folder does not exist")
    arguments.yy_run = arguments.yy_run.resolve()
    return arguments


def main() -> None:
    arguments = parse_arguments()
    chosen = [comparison for comparison in COMPARISONS if comparison.name in arguments.only]
    ran = versions(arguments, {package for comparison in chosen for package in comparison.packages})
    document = {"complete": False, "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "machine": machine.describe(), "versions": ran, "threads": arguments.threads, "pairs": arguments.pairs,
                "selected": [comparison.name for comparison in chosen], "comparisons": []}
    print(f"{document['machine']['cpu']}, {os.cpu_count()} CPUs; {arguments.threads} threads for each program; "
          f"{ran['yy_run']}, " + ", ".join(f"{name} {ran['packages'][name]}" for name in ("onnxruntime", "openvino")
                                           if name in ran["packages"]))
    print(HOW, flush=True)
    load = os.getloadavg()[0]
    if load > QUIET_LOAD * (os.cpu_count() or 1):
        print(f"WARNING: the load average is {load:.2f} before anything was started; the figures will not hold.")
    for number, comparison in enumerate(chosen, 1):
        document["comparisons"].append(measure(comparison, arguments))
        if machine.digest(arguments.yy_run) != ran["yy_run_sha256"]:
            raise BenchError(f"{arguments.yy_run} was replaced while it was measured")
        document["complete"] = number == len(chosen)
        if arguments.json:
            part = arguments.json.with_name(arguments.json.name + ".part")
            part.write_text(json.dumps(document, indent=1) + "\n")
            part.replace(arguments.json)
        report(document["comparisons"][-1], arguments.pairs)


if __name__ == "__main__":
    try:
        main()
    except (BenchError, SetupError, OSError) as failure:
        print(f"against_peers.py: {failure}", file=sys.stderr)
        sys.exit(2 if isinstance(failure, SetupError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
