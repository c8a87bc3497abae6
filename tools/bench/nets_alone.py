#!/usr/bin/env python3
"""Compares networks alone, without pictures: yy-run bench against onnxruntime and OpenVINO, milliseconds per image.

usage: python3 tools/bench/nets_alone.py [--zoo DIR] [--peers DIR] [--python PY] [--yy-run PATH] [--pairs N] [--threads N]
           [--batch N...] [--duration SECONDS] [--only NAME...] [--json FILE]

NAME is a network of the zoo, or resnet50-random, which is made here. Both sides run one batch at a time with all
threads in it, on noise; a round's figure is the median over its runs. The float32 ratio is to the faster of the peers'
two in that round, the bfloat16 ratio to OpenVINO's bfloat16. How to read the figures: tools/bench/README.md.

Exit codes: 0 done, 1 a program failed, 2 usage or something is missing.
"""
import argparse
import json
from pathlib import Path
import shlex
import statistics
import sys
import tempfile

import rounds

NETS = ("cifar-resnet8", "cifar-resnet20", "cifar-resnet56", "mobilenet-v1-0.25-128", "mobilenet-v1-0.5-160",
        "mobilenet-v2-1.0-224", "efficientnet-lite0", "efficientnet-lite2", "resnet50-random")


def parse_ours(text: str) -> dict:
    result = json.loads(text)
    return {"ms": {"ours": result["median_ms_per_image"]}, "result": result}


def parse_peers(text: str) -> dict:
    """model.py prints a line for each engine and precision."""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return {"ms": {f"{line['engine']} {line['precision']}": line["median_ms"] for line in lines}, "result": lines}


def commands_of(model: Path, batch: int, arguments: argparse.Namespace) -> dict[str, list[str]]:
    def ours(precision: str) -> list[str]:
        return [str(arguments.yy_run), "bench", str(model), "--scenario", "single-stream", "--batch", f"{batch}",
                "--threads", f"{arguments.threads}", "--precision", precision, "--duration", f"{arguments.duration}",
                "--json", "-"]

    shape = ["--shape", "3,224,224"] if model.stem == "resnet50-random" else []
    peers = [arguments.python, str(arguments.peers / "model.py"), str(model), "--batch", f"{batch}",
             "--threads", f"{arguments.threads}", *shape]
    return {"ours f32": ours("f32"), "peers": peers, "ours bf16": ours("bf16")}


def ratios(raw: dict[str, list[dict]]) -> dict[str, list[float]]:
    """Per round, above 1 where ours is faster."""
    found: dict[str, list[float]] = {"f32": [], "bf16": []}
    for ours, narrow, peers in zip(raw["ours f32"], raw["ours bf16"], raw["peers"], strict=True):
        ms = peers["ms"]
        found["f32"].append(min(ms["onnxruntime f32"], ms["openvino f32"]) / ours["ms"]["ours"])
        found["bf16"].append(ms["openvino bf16"] / narrow["ms"]["ours"])
    return found


def measure(model: Path, batch: int, arguments: argparse.Namespace) -> dict:
    commands = commands_of(model, batch, arguments)
    parsers = {program: parse_peers if program == "peers" else parse_ours for program in commands}
    raw: dict[str, list[dict]] = {program: [] for program in commands}
    for index in range(arguments.pairs):
        for program in rounds.round_order(list(commands), index):
            raw[program].append(rounds.run_once(commands[program], parsers[program]))
    return {"net": model.stem, "batch": batch, "commands": {name: shlex.join(c) for name, c in commands.items()},
            "ratios": {name: rounds.summary_of(values) for name, values in ratios(raw).items()}, "raw": raw}


def row_of(measured: dict) -> str:
    def ms(program: str, key: str) -> float:
        return statistics.median(run["ms"][key] for run in measured["raw"][program])

    figures = [ms("ours f32", "ours"), ms("peers", "onnxruntime f32"), ms("peers", "openvino f32"),
               ms("ours bf16", "ours"), ms("peers", "openvino bf16")]
    texts = [f"{ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})"
             for ratio in (measured["ratios"]["f32"], measured["ratios"]["bf16"])]
    return (f"| {measured['net']} | {measured['batch']} | " + " | ".join(f"{value:.3f}" for value in figures[:3]) +
            f" | {texts[0]} | " + " | ".join(f"{value:.3f}" for value in figures[3:]) + f" | {texts[1]} |")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    rounds.add_arguments(parser)
    parser.add_argument("--batch", type=rounds.positive, nargs="+", default=[1, 8])
    parser.add_argument("--duration", type=float, default=0.7, help="seconds of each of our runs, warm-up not counted")
    parser.add_argument("--only", nargs="+", choices=NETS, default=list(NETS), metavar="NAME", help=", ".join(NETS))
    arguments = parser.parse_args()
    rounds.check_arguments(arguments, [arguments.peers / "model.py", arguments.peers / "requirements.txt",
                                       *(arguments.zoo / f"{net}.onnx" for net in arguments.only
                                         if net != "resnet50-random")], [])
    return arguments


def main() -> None:
    arguments = parse_arguments()
    document = rounds.Document(arguments, {"numpy", "onnx", "onnxruntime", "openvino"})
    print("| net | batch | ours f32, ms | onnxruntime f32 | OpenVINO f32 | faster of them / ours | ours bf16, ms | "
          "OpenVINO bf16 | OpenVINO bf16 / ours |\n|---|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="yy-bench-") as folder:
        random_net = Path(folder) / "resnet50-random.onnx"
        if random_net.stem in arguments.only:
            rounds.output_of([arguments.python, str(Path(__file__).with_name("random_resnet50.py")), str(random_net)])
        cases = [(net, batch) for net in arguments.only for batch in arguments.batch]
        runs = []
        for net, batch in cases:
            model = random_net if net == random_net.stem else arguments.zoo / f"{net}.onnx"
            measured = measure(model, batch, arguments)
            document.add(measured, last=(net, batch) == cases[-1])
            print(row_of(measured), flush=True)
            runs += [run for program in measured["raw"].values() for run in program]
    if arguments.pairs < rounds.ENOUGH_PAIRS:
        print(f"A trial, not a measurement: {arguments.pairs} of at least {rounds.ENOUGH_PAIRS} pairs.")
    rounds.warn_where_busy(runs)


if __name__ == "__main__":
    rounds.run_main(main)
