#!/usr/bin/env python3
"""Checks and measures all that needs an NVIDIA GPU, and writes results.json, table.md and cudnn-properties.json.

usage: python3 tools/bench/gpu_check.py [--programs DIR] [--out DIR] [--only PART...] [--quick] [--zoo DIR]
           [--images DIR] [--python PY]

tools/gpu_check.sh builds the programs and runs this. Parts, in this order: device (always), cudnn, tests, sanitizer,
kernels, networks, pairs, peers. Results are written after every item. PY is a Python that may have onnxruntime or
PyTorch with CUDA. What the figures mean: tools/bench/README.md.

Exit codes: 0 all that ran passed, 1 something failed, 2 usage or a program is missing, 77 no GPU can be used.
"""
import argparse
from collections.abc import Callable
from pathlib import Path
import signal
import sys

import gpu_pairs
import gpu_parts
import gpu_run
import gpu_speed
import rounds

PARTS = ("device", "cudnn", "tests", "sanitizer", "kernels", "networks", "pairs", "peers")


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("gpu_check", description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, default=rounds.ROOT / "build/gpu/bin",
                        help="folder of " + ", ".join(gpu_parts.PROGRAMS))
    parser.add_argument("--out", type=Path, default=rounds.ROOT / "build/gpu-check", help="folder of the results")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="less of everything: minutes instead of an hour")
    parser.add_argument("--trial", action="store_true", help="as little of everything as there can be, on the digits "
                        "pair: whether this script works, on a simulated device too")
    parser.add_argument("--zoo", type=Path, default=rounds.SHARED / "zoo",
                        help="models; else tools/demo.sh's, else digits")
    parser.add_argument("--images", type=Path, default=rounds.SHARED / "images",
                        help="with folders imagenet-dev and cifar10-dev: CLASS/FILE")
    parser.add_argument("--python", default=sys.executable, help="a Python that has onnxruntime or PyTorch with CUDA")
    return parser.parse_args(arguments)


def make_setting(arguments: argparse.Namespace) -> tuple[gpu_parts.Setting, dict]:
    """And what `yy-run devices` tells. Throws Absent where no device can be used."""
    for name in ("yy-run", "yy-bench", "test_cuda_device"):
        if not (arguments.programs / name).is_file():
            raise rounds.SetupError(f"{arguments.programs / name}: no such file; tools/gpu_check.sh builds it")
    programs, out = arguments.programs.resolve(), arguments.out.resolve()
    found = gpu_run.run_json([str(programs / "yy-run"), "devices", "--json", "-"], 120)
    device = gpu_parts.usable_device(found)
    return gpu_parts.Setting(programs, out, arguments.quick, arguments.trial, device["device"],
                             device["what"].startswith("simulated"), tuple(device["precisions"]),
                             gpu_parts.missing_libraries(found)), found


def check(arguments: argparse.Namespace, setting: gpu_parts.Setting, found: dict) -> bool:
    """Runs the parts; whether all passed."""
    pairs = gpu_pairs.choose_pairs(None if setting.trial else arguments.zoo.resolve(), arguments.images.resolve())
    networks = gpu_pairs.networks_of(pairs)
    mobilenet = arguments.zoo.resolve() / "mobilenet-v2-1.0-224.onnx"
    has_zoo = mobilenet.is_file() and not setting.trial
    layers_of = [mobilenet] if has_zoo else networks[:1] if setting.trial else networks
    peers_of = networks + [mobilenet] if has_zoo else networks
    acts: dict[str, Callable[[gpu_run.Part], None]] = {
        "device": lambda part: gpu_parts.check_device(part, setting, found),
        "cudnn": lambda part: gpu_parts.check_cudnn(part, setting),
        "tests": lambda part: gpu_parts.check_tests(part, setting),
        "sanitizer": lambda part: gpu_parts.check_sanitizer(part, setting),
        "kernels": lambda part: gpu_parts.check_kernels(part, setting, layers_of),
        "networks": lambda part: gpu_speed.check_networks(part, setting, networks),
        "pairs": lambda part: gpu_pairs.check_pairs(part, setting, pairs),
        "peers": lambda part: gpu_speed.check_peers(part, setting, peers_of, arguments.python)}
    setting.out.mkdir(parents=True, exist_ok=True)
    (setting.out / "tuning.json").unlink(missing_ok=True)  # what is fastest is found anew
    depth = "trial" if setting.trial else "quick" if setting.quick else "full"
    results = gpu_run.Results(setting.out, {
        "depth": depth, "rounds": gpu_speed.depth_of(setting).rounds, "what": gpu_parts.usable_device(found)["what"],
        "version": gpu_run.run([setting.program("yy-run"), "--version"], 60).stdout.strip()})
    for name in PARTS:
        results.part(name, acts[name] if name in arguments.only or name == "device" else None)
    passed = results.finish()
    print((setting.out / "table.md").read_text())
    print(f"Written: {setting.out / 'results.json'}, table.md")
    return passed


def main() -> None:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the program that runs, too
    try:
        setting, found = make_setting(arguments)
    except gpu_run.Absent as reason:
        print(f"gpu_check.py: no GPU can be used: {reason}", file=sys.stderr)
        sys.exit(77)
    rounds.warn_where_loaded()
    if not check(arguments, setting, found):
        sys.exit(1)


if __name__ == "__main__":
    rounds.run_main(main)
