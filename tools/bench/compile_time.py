#!/usr/bin/env python3
"""Compares what it takes to make models ready: yy-run inspect --times against onnxruntime's session creation.

usage: python3 tools/bench/compile_time.py MODEL.onnx... [--python PY] [--yy-run PATH] [--pairs N] [--threads N]
           [--json FILE]

Each run is a process of its own; what it takes to start it is not counted on either side. A ratio is onnxruntime's
time / ours in one round, above 1 where ours is faster. How to read the figures: tools/bench/README.md.

Exit codes: 0 done, 1 a program failed, 2 usage or something is missing.
"""
import argparse
import json
from pathlib import Path
import shlex
import statistics

import rounds

PEER = """
import json, sys, time
import onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(sys.argv[2])
start = time.perf_counter()
onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
print(json.dumps({"total": 1e3 * (time.perf_counter() - start)}))
"""


def parse_ours(text: str) -> dict:
    """A heading, then a part and its milliseconds in each line."""
    rows = [line.rsplit(maxsplit=1) for line in text.splitlines()[1:] if line.strip()]
    times = {part: float(ms) for part, ms in rows}
    if "total" not in times:
        raise rounds.BenchError("no total among the times")
    return {"ms": times}


def parse_peer(text: str) -> dict:
    return {"ms": json.loads(text)}


def measure(model: Path, arguments: argparse.Namespace) -> dict:
    commands = {"ours": [str(arguments.yy_run), "inspect", str(model), "--times"],
                "onnxruntime": [arguments.python, "-c", PEER, str(model), f"{arguments.threads}"]}
    parsers = {"ours": parse_ours, "onnxruntime": parse_peer}
    for program, command in commands.items():  # also brings the file into memory
        rounds.run_once(command, parsers[program])
    raw: dict[str, list[dict]] = {program: [] for program in commands}
    for index in range(arguments.pairs):
        for program in rounds.round_order(list(commands), index):
            raw[program].append(rounds.run_once(commands[program], parsers[program]))
    ratios = [peer["ms"]["total"] / ours["ms"]["total"]
              for ours, peer in zip(raw["ours"], raw["onnxruntime"], strict=True)]
    return {"net": model.stem, "commands": {name: shlex.join(c) for name, c in commands.items()},
            "ratio": rounds.summary_of(ratios), "raw": raw}


def row_of(measured: dict) -> str:
    def median(program: str, part: str) -> float:
        return statistics.median(run["ms"][part] for run in measured["raw"][program])

    parts = list(measured["raw"]["ours"][0]["ms"])
    ratio = measured["ratio"]
    return (f"| {measured['net']} | " + " | ".join(f"{median('ours', part):.1f}" for part in parts) +
            f" | {median('onnxruntime', 'total'):.1f} | {ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f}) |")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL.onnx")
    rounds.add_arguments(parser)
    arguments = parser.parse_args()
    rounds.check_arguments(arguments, arguments.models, [])
    return arguments


def main() -> None:
    arguments = parse_arguments()
    document = rounds.Document(arguments, {"onnxruntime"})
    runs = []
    for model in arguments.models:
        measured = measure(model, arguments)
        if not runs:
            parts = list(measured["raw"]["ours"][0]["ms"])
            print("| net | " + " | ".join(f"{part}, ms" for part in parts) + " | onnxruntime, ms | onnxruntime / ours |\n" +
                  "|---" * (len(parts) + 3) + "|")
        document.add(measured, last=model == arguments.models[-1])
        print(row_of(measured), flush=True)
        runs += [run for program in measured["raw"].values() for run in program]
    if arguments.pairs < rounds.ENOUGH_PAIRS:
        print(f"A trial, not a measurement: {arguments.pairs} of at least {rounds.ENOUGH_PAIRS} pairs.")
    rounds.warn_where_busy(runs)


if __name__ == "__main__":
    rounds.run_main(main)
