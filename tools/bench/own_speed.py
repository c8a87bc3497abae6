#!/usr/bin/env python3
"""What a pair gains over its own Yang, and how workers scale: yy-run bench against itself, on decoded pictures.

usage: python3 tools/bench/own_speed.py [--zoo DIR] [--images DIR] [--yy-run PATH] [--pairs N] [--threads N]
           [--duration SECONDS] [--json FILE]

MobileNet-v2 -> EfficientNet-Lite2 at 0.45 over imagenet-dev, compute only: networks, probe, select, gather, scatter and
queues, without decoding and resizing. A round runs each program once; every other round runs them in reverse.

Exit codes: 0 done, 1 a program failed, 2 usage or something is missing.
"""
import argparse
import json
import shlex
import statistics
import sys

import rounds

YIN, YANG, THRESHOLD = "mobilenet-v2-1.0-224", "efficientnet-lite2", "0.45"


def parse(text: str) -> dict:
    result = json.loads(text)
    return {"images_per_s": result["compute_images_per_s"], "latency": result["compute_latency_ms"], "result": result}


def commands_of(arguments: argparse.Namespace, precision: str) -> dict[str, list[str]]:
    def model(name: str) -> str:
        return str(arguments.zoo / f"{name}.onnx")

    pair = ["--yin", model(YIN), "--yang", model(YANG), "--threshold", THRESHOLD]

    def ours(scenario: str, threads: int, models: list[str]) -> list[str]:
        return [str(arguments.yy_run), "bench", *models, "--images", str(arguments.images / "imagenet-dev"),
                "--scenario", scenario, "--threads", f"{threads}", "--precision", precision,
                "--duration", f"{arguments.duration}", "--json", "-"]

    return {"pair, single-stream": ours("single-stream", arguments.threads, pair),
            "Yang, single-stream": ours("single-stream", arguments.threads, ["--model", model(YANG)]),
            "Yin, single-stream": ours("single-stream", arguments.threads, ["--model", model(YIN)]),
            f"pair, {arguments.threads} workers": ours("offline", arguments.threads, pair),
            "pair, 1 worker": ours("offline", 1, pair)}


def measure(arguments: argparse.Namespace, precision: str) -> dict:
    commands = commands_of(arguments, precision)
    raw: dict[str, list[dict]] = {program: [] for program in commands}
    for index in range(arguments.pairs):
        for program in rounds.round_order(list(commands), index):
            raw[program].append(rounds.run_once(commands[program], parse))
    pair, yang, yin, all_workers, one = raw.values()
    glue = [seconds["glue"] / (seconds["glue"] + seconds["stage_1"] + seconds["stage_2"])
            for seconds in (run["result"]["seconds"] for run in all_workers)]

    def latency(program: list[dict], other: list[dict]) -> list[float]:
        return [a["latency"]["mean"] / b["latency"]["mean"] for a, b in zip(program, other, strict=True)]

    scaling = [a["images_per_s"] / b["images_per_s"] for a, b in zip(all_workers, one, strict=True)]
    return {"precision": precision, "commands": {name: shlex.join(c) for name, c in commands.items()},
            "ratios": {"mean compute latency, pair / Yang": rounds.summary_of(latency(pair, yang)),
                       "mean compute latency, pair / Yin": rounds.summary_of(latency(pair, yin)),
                       f"compute images/s, {arguments.threads} workers / 1": rounds.summary_of(scaling),
                       "queues, scatter and verdicts / compute": rounds.summary_of(glue)},
            "raw": raw}


def report(measured: dict) -> None:
    print(f"\n{YIN} -> {YANG}, threshold {THRESHOLD}, {measured['precision']}")
    for program, runs in measured["raw"].items():
        speed = statistics.median(run["images_per_s"] for run in runs)
        mean = statistics.median(run["latency"]["mean"] for run in runs)
        print(f"  {program:<24} {speed:>8.1f} images/s, mean latency {mean:.2f} ms, compute only")
    for name, ratio in measured["ratios"].items():
        print(f"  {name}: {rounds.ratio_text(ratio['values'])}")
    rounds.warn_where_busy([run for runs in measured["raw"].values() for run in runs])
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    rounds.add_arguments(parser)
    parser.add_argument("--duration", type=float, default=3, help="seconds of each run, warm-up not counted")
    parser.add_argument("--precision", nargs="+", choices=("f32", "bf16"), default=["f32", "bf16"])
    arguments = parser.parse_args()
    rounds.check_arguments(arguments, [arguments.zoo / f"{net}.onnx" for net in (YIN, YANG)],
                           [arguments.images / "imagenet-dev"])
    document = rounds.Document(arguments, set())
    for precision in arguments.precision:
        measured = measure(arguments, precision)
        document.add(measured, last=precision == arguments.precision[-1])
        report(measured)


if __name__ == "__main__":
    rounds.run_main(main)
