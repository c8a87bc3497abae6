#!/usr/bin/env python3
"""Compares yy-run with Python programs that do the same work, from a folder of pictures to a CSV file.

usage: python3 tools/bench/against_peers.py [--zoo DIR] [--images DIR] [--peers DIR] [--python PY] [--yy-run PATH]
           [--pairs N] [--threads N] [--batch N] [--only NAME...] [--json FILE]

PY is a Python that has the packages of PEERS/requirements.txt. A round runs each program of a comparison once; every
other round runs them in reverse. How to read the figures: tools/bench/README.md.

Exit codes: 0 done, 1 a program failed or the two sides did not do the same work, 2 usage or something is missing.
"""
import argparse
import csv
from dataclasses import dataclass
import json
import math
import os
from pathlib import Path
import shlex
import statistics
import sys
import tempfile

import rounds
from rounds import BenchError

HOW = """images/s is each program's own figure, from decoding to answers, without loading its model; yy-run's covers its
first run and its rows too, the peer's neither. process s is the whole process, with loading. A ratio is that of two
images/s of one round; the interval is that of the ratios' median."""
ABOUT_ACCURACY = {
    "imagenet-dev": "Speed only: these photos cannot separate the accuracy of the two larger networks.",
    "cifar10-dev": "The threshold was chosen on these very pictures: that the pair equals Yang is no promise for others.",
}


@dataclass(frozen=True)
class Comparison:
    """What is timed against what, over one folder of pictures."""
    name: str
    yin: str                       # empty: Yang is the only network, else Yin and Yang run alone in the same rounds
    yang: str                      # the peer runs this one
    threshold: float
    engine: str                    # of the peer, as folder.py calls it
    precision: str                 # of both sides
    folder: str = "imagenet-dev"   # of pictures

    @property
    def about(self) -> str:
        return f"{self.yin} -> {self.yang}, threshold {self.threshold}" if self.yin else self.yang

    @property
    def peer_about(self) -> str:
        return f"{'onnxruntime' if self.engine == 'ort' else 'OpenVINO'}, {self.yang}"


V2, LITE2, RESNET56 = "mobilenet-v2-1.0-224", "efficientnet-lite2", "cifar-resnet56"
COMPARISONS = (
    Comparison("lite2-onnxruntime", "", LITE2, 0, "ort", "f32"),
    Comparison("pair-onnxruntime", V2, LITE2, 0.45, "ort", "f32"),
    Comparison("pair-openvino", V2, LITE2, 0.45, "openvino", "f32"),
    Comparison("pair-openvino-bf16", V2, LITE2, 0.45, "openvino", "bf16"),
    Comparison("resnet20-resnet56", "cifar-resnet20", RESNET56, 0.82, "ort", "f32", "cifar10-dev"),
    Comparison("resnet8-resnet56", "cifar-resnet8", RESNET56, 0.94, "ort", "f32", "cifar10-dev"),
    Comparison("v1-lite2", "mobilenet-v1-0.5-160", LITE2, 0.88, "ort", "f32"),
)


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
        return {"images_per_s": speed, "result": result}
    raise BenchError("expected JSON on stdout, found: " + (text.strip()[-200:] or "nothing"))


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
    """Command by program, ours and the peer first; each writes PROGRAM.csv into `folder`."""
    pictures = str(arguments.images / comparison.folder)

    def model(name: str) -> str:
        return str(arguments.zoo / f"{name}.onnx")

    def ours(program: str, models: list[str]) -> list[str]:
        return [str(arguments.yy_run), "run", pictures, *models, "--precision", comparison.precision,
                "--threads", f"{arguments.threads}", "--csv", f"{folder}/{program}.csv", "--json", "-", "--quiet"]

    batch = ["--batch", f"{arguments.batch}"] if arguments.batch else []
    peer = [arguments.python, str(arguments.peers / "folder.py"), str(arguments.zoo), comparison.yang, pictures,
            "--engine", comparison.engine, "--precision", comparison.precision,
            "--threads", f"{arguments.threads}", *batch, "--csv", f"{folder}/peer.csv"]
    if not comparison.yin:
        return {"ours": ours("ours", ["--model", model(comparison.yang)]), "peer": peer}
    pair = ["--yin", model(comparison.yin), "--yang", model(comparison.yang), "--threshold", f"{comparison.threshold}"]
    return {"ours": ours("ours", pair), "peer": peer,
            "Yin alone": ours("Yin alone", ["--model", model(comparison.yin)]),
            "Yang alone": ours("Yang alone", ["--model", model(comparison.yang)])}


def paired_difference(ours: list[bool], others: list[bool]) -> tuple[float, float, float]:
    """Accuracy of the first minus that of the second on the same pictures, and its 95 % interval. Only pictures on which
    they disagree count: with b and c of them, the standard error is sqrt(b + c - (b - c)^2 / n) / n (McNemar)."""
    n = len(ours)
    b = sum(a and not o for a, o in zip(ours, others, strict=True))
    c = sum(o and not a for a, o in zip(ours, others, strict=True))
    half = 1.96 * math.sqrt(b + c - (b - c)**2 / n) / n
    return (b - c) / n, (b - c) / n - half, (b - c) / n + half


def right_answers(file: Path) -> list[bool]:
    with file.open(newline="") as stream:
        return [row["predicted"] == row["label"] for row in csv.DictReader(stream)]


def ratios(raw: dict[str, list[dict]], program: str, other: str) -> list[float]:
    return [a["images_per_s"] / b["images_per_s"] for a, b in zip(raw[program], raw[other], strict=True)]


def measure(comparison: Comparison, arguments: argparse.Namespace) -> dict:
    """Warm-up, then the rounds; all raw numbers and what follows from them."""
    with tempfile.TemporaryDirectory(prefix="yy-bench-") as folder:
        commands = commands_of(comparison, arguments, folder)
        load = os.getloadavg()
        print(f"{comparison.name}: warm-up", file=sys.stderr, flush=True)
        check_same_work({program: rounds.run_once(command, parse_result) for program, command in commands.items()},
                        comparison.precision)
        raw: dict[str, list[dict]] = {program: [] for program in commands}
        for index in range(arguments.pairs):
            for program in rounds.round_order(list(commands), index):
                raw[program].append(rounds.run_once(commands[program], parse_result))
            figures = ", ".join(f"{program} {raw[program][-1]['images_per_s']:.1f}" for program in commands)
            print(f"{comparison.name}: {index + 1} of {arguments.pairs}: {figures}", file=sys.stderr, flush=True)
        right = {program: right_answers(Path(folder) / f"{program}.csv") for program in commands}
    others = [program for program in commands if program != "ours"]
    return {"name": comparison.name, "ours": comparison.about, "peer": comparison.peer_about,
            "folder": comparison.folder, "precision": comparison.precision,
            "commands": {program: shlex.join(command) for program, command in commands.items()},
            "load_average_before": load,
            "top1": {program: statistics.fmean(answers) for program, answers in right.items()},
            "top1_differences": {f"ours - {other}": paired_difference(right["ours"], right[other]) for other in others},
            "ratios": {f"ours / {other}": rounds.summary_of(ratios(raw, "ours", other)) for other in others},
            "raw": raw}


def report(measured: dict, pairs: int) -> None:
    def median(program: str, key: str) -> float:
        return statistics.median(run[key] for run in measured["raw"][program])

    title = {"ours": f"ours: {measured['ours']}", "peer": f"peer: {measured['peer']}"}
    print(f"\n{measured['name']}, {measured['precision']}, {measured['folder']}. {ABOUT_ACCURACY[measured['folder']]}")
    print(f"  {'medians':<68} {'images/s':>9} {'process s':>10} {'top-1':>7} {'deferred':>9}")
    for program, runs in measured["raw"].items():
        last = runs[-1]["result"]
        deferred = f"{last['deferred_fraction']:.3f}" if "deferred_fraction" in last and program == "ours" else "-"
        print(f"  {title.get(program, f'ours: {program}'):<68} {median(program, 'images_per_s'):>9.1f} "
              f"{median(program, 'process_s'):>10.2f} {measured['top1'][program]:>7.4f} {deferred:>9}")
    for name, ratio in measured["ratios"].items():
        print(f"  {name}: {rounds.ratio_text(ratio['values'])}")
    for name, (difference, low, high) in measured["top1_differences"].items():
        print(f"  top-1, {name}: {100 * difference:+.2f} points, 95 % {100 * low:+.2f} to {100 * high:+.2f}")
    if pairs < rounds.ENOUGH_PAIRS:
        print(f"  A trial, not a measurement: {pairs} of at least {rounds.ENOUGH_PAIRS} pairs.")
    rounds.warn_where_busy([run for runs in measured["raw"].values() for run in runs])
    sys.stdout.flush()


def parse_arguments() -> argparse.Namespace:
    names = [comparison.name for comparison in COMPARISONS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    rounds.add_arguments(parser)
    parser.add_argument("--batch", type=rounds.positive, help="of the peers; yy-run keeps its own default")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    arguments = parser.parse_args()
    chosen = [comparison for comparison in COMPARISONS if comparison.name in arguments.only]
    nets = {name for comparison in chosen for name in (comparison.yin, comparison.yang) if name}
    rounds.check_arguments(arguments, [arguments.peers / "folder.py", arguments.peers / "requirements.txt",
                                       arguments.zoo / "zoo.json", *(arguments.zoo / f"{net}.onnx" for net in nets)],
                           [arguments.images / comparison.folder for comparison in chosen])
    return arguments


def main() -> None:
    arguments = parse_arguments()
    chosen = [comparison for comparison in COMPARISONS if comparison.name in arguments.only]
    engines = {{"ort": "onnxruntime"}.get(comparison.engine, comparison.engine) for comparison in chosen}
    document = rounds.Document(arguments, {"numpy", "pillow", *engines})
    print(HOW, flush=True)
    for comparison in chosen:
        measured = measure(comparison, arguments)
        document.add(measured, last=comparison is chosen[-1])
        report(measured, arguments.pairs)


if __name__ == "__main__":
    rounds.run_main(main)
