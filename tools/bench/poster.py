#!/usr/bin/env python3
"""The poster's arithmetic with costs measured here: what each of 21 networks takes, and what that leaves a pair of any two
of them to gain.

usage: python3 tools/bench/poster.py FOLDER [--yy-run PATH] [--rounds N] [--threads N] [--duration SECONDS]
           [--precision P] [--json FILE]

FOLDER holds the networks as torchvision_nets.py writes them (`--list` prints their names). Weights are random there: they do not
change what a network costs, and answers are not looked at. A round times every network once, the next one in reverse;
a network's cost is the median over the rounds. Prints the tables of docs/poster.md.
"""
import argparse
import itertools
import json
from pathlib import Path
import statistics
import sys

import machine
import rounds

NETS = ("alexnet", "squeezenet1_0", "squeezenet1_1", "vgg11", "vgg13", "vgg16", "vgg19", "vgg16_bn", "vgg19_bn", "googlenet",
        "inception_v3", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "densenet121",
        "densenet161", "densenet169", "densenet201")
POSTER_DEFERRED = 0.2447
POSTER_SPEED = 1.8


def parse(text: str) -> dict:
    result = json.loads(text)
    return {"ms": result["median_ms_per_image"], "result": result}


def measure(arguments: argparse.Namespace) -> dict[str, float]:
    """Core-milliseconds per image of every network."""
    values: dict[str, list[float]] = {net: [] for net in NETS}
    for index in range(arguments.rounds):
        for net in rounds.round_order(list(NETS), index):
            command = [str(arguments.yy_run), "bench", str(arguments.folder / f"{net}.onnx"), "--threads",
                       f"{arguments.threads}", "--duration", f"{arguments.duration}", "--precision", arguments.precision,
                       "--json", "-"]
            values[net].append(rounds.run_once(command, parse)["ms"])
        print(f"round {index + 1} of {arguments.rounds} is done", file=sys.stderr, flush=True)
    return {net: statistics.median(ms) for net, ms in values.items()}


def speed(r: float, deferred: float) -> float:
    return 1 / (r + deferred)


def report(cost: dict[str, float]) -> None:
    order = sorted(NETS, key=cost.__getitem__)
    print("| network | core-ms per image |\n|---|---|")
    for net in order:
        print(f"| {net} | {cost[net]:.1f} |")
    pairs = [(yin, yang, cost[yin] / cost[yang]) for yin, yang in itertools.combinations(order, 2)]
    good = [pair for pair in pairs if speed(pair[2], POSTER_DEFERRED) >= POSTER_SPEED]
    possible = [pair for pair in pairs if pair[2] < 1 / POSTER_SPEED]
    at = [speed(r, POSTER_DEFERRED) for _, _, r in pairs]
    print(f"\n{len(pairs)} pairs: at {100 * POSTER_DEFERRED:.2f} % deferred {len(good)} reach {POSTER_SPEED}x; the median "
          f"is {statistics.median(at):.2f}x, the best {max(at):.2f}x, and {sum(s < 1 for s in at)} are slower than Yang "
          f"alone; {len(possible)} could reach {POSTER_SPEED}x if few enough were deferred\n")
    print(f"| Yin | Yang | r | speed-up at {100 * POSTER_DEFERRED:.2f} % | largest deferred share for {POSTER_SPEED}x |")
    print("|---|---|---|---|---|")
    shown = [pair for pair in pairs if pair[:2] == ("alexnet", "resnet152")]
    shown += [pair for pair in sorted(pairs, key=lambda pair: pair[2]) if pair not in shown]
    for yin, yang, r in [*shown[:8], *shown[len(shown) // 2:len(shown) // 2 + 3], *shown[-3:]]:
        largest = 1 / POSTER_SPEED - r
        print(f"| {yin} | {yang} | {r:.3f} | {speed(r, POSTER_DEFERRED):.2f}x | "
              f"{f'{100 * largest:.1f} %' if largest > 0 else 'none'} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--list", action="store_true", help="print the networks' names")
    parser.add_argument("--yy-run", type=Path, default=rounds.ROOT / "build/release/bin/yy-run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--duration", type=float, default=3, help="seconds of each run")
    parser.add_argument("--precision", default="f32")
    parser.add_argument("--json", type=Path, help="costs and machine")
    arguments = parser.parse_args()
    if arguments.list:
        print(" ".join(NETS))
        return
    if arguments.folder is None:
        parser.error("FOLDER is missing")
    if missing := [net for net in NETS if not (arguments.folder / f"{net}.onnx").exists()]:
        raise rounds.SetupError(f"{arguments.folder} lacks {', '.join(missing)}; "
                                "`torchvision_nets.py FOLDER $(python3 tools/bench/poster.py --list)` makes them")
    cost = measure(arguments)
    report(cost)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine.describe(), "core_ms": cost}, indent=1) + "\n")


if __name__ == "__main__":
    rounds.run_main(main)
