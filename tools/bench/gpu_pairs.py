"""The part of the GPU check that runs pairs on pictures: what they gain over Yang, and if they answer as on the CPU."""
import csv
from dataclasses import dataclass
import math
from pathlib import Path

from gpu_parts import Setting
from gpu_run import FAILED, Part, command_text, run
from gpu_speed import chosen_precisions, depth_of, limit_of, ratios, take_turns, ways_of
from rounds import BenchError, ROOT

SAME = 1e-3           # float32: how far confidences may differ from the CPU's
MOST_OTHERS = 0.05    # narrower types: how many of the classes may differ; a bound for what is plainly wrong
PAIR_RATIOS = [("host", "Yang"), ("device", "Yang"), ("device", "host"), ("host", "Yin")]


@dataclass(frozen=True)
class Pair:
    name: str
    yin: Path
    yang: Path
    threshold: float
    pictures: Path

    def there(self) -> bool:
        return self.yin.is_file() and self.yang.is_file() and self.pictures.is_dir()

    def flags(self) -> list[str]:
        return ["--yin", str(self.yin), "--yang", str(self.yang), "--threshold", f"{self.threshold:g}"]


def choose_pairs(zoo: Path | None, images: Path) -> list[Pair]:
    """Those of the zoo that are there, else what tools/demo.sh has made, else the repository's own digits."""
    def of_zoo(yin: str, yang: str, threshold: float, folder: str) -> list[Pair]:
        pair = Pair(f"{yin} -> {yang}", zoo / f"{yin}.onnx", zoo / f"{yang}.onnx", threshold, images / folder)
        return [pair] if pair.there() else []

    digits = Pair("digits-yin -> digits-yang", ROOT / "tests/models/digits-yin.onnx",
                  ROOT / "tests/models/digits-yang.onnx", 0.7, ROOT / "tests/data/digits")
    if zoo is None:
        return [digits]
    demo = ROOT / "build/demo"
    of_demo = Pair("efficientnet-lite0 -> efficientnet-lite2", demo / "models/efficientnet-lite0.onnx",
                   demo / "models/efficientnet-lite2.onnx", 0.6, demo / "photos")
    return (of_zoo("efficientnet-lite0", "efficientnet-lite2", 0.7, "imagenet-dev") +
            of_zoo("cifar-resnet20", "cifar-resnet56", 0.82, "cifar10-dev")) or [of_demo if of_demo.there() else digits]


def networks_of(pairs: list[Pair]) -> list[Path]:
    return list(dict.fromkeys(network for pair in pairs for network in (pair.yin, pair.yang)))


def measure_pair(pair: Pair, setting: Setting, flags: list[str]) -> dict:
    """Yin alone, Yang alone, the pair decided by the host and decided by the device, in turns."""
    depth = depth_of(setting)
    most = ["--limit", f"{depth.most_pictures}"] if depth.most_pictures else []
    head = [setting.program("yy-run"), "bench", "--images", str(pair.pictures), *most]

    def command(models: list[str]) -> list[str]:
        return [*head, *models, "--scenario", "offline", *flags, "--json", "-", "--duration", f"{depth.duration:g}"]

    commands = {"Yin": command(["--model", str(pair.yin)]), "Yang": command(["--model", str(pair.yang)]),
                "host": command(pair.flags()), "device": command([*pair.flags(), "--decide", "device"])}
    taken = take_turns(commands, depth.rounds, limit_of(depth.duration))
    return {**taken, "ratios": ratios(taken["raw"], PAIR_RATIOS),
            "compute_ratios": ratios(taken["raw"], PAIR_RATIOS, "compute_images_per_s")}


def read_verdicts(file: Path) -> dict[str, dict]:
    with file.open(newline="", encoding="utf-8") as stream:
        return {row["image"]: row for row in csv.DictReader(stream)}


def compare_verdicts(ours: dict[str, dict], cpu: dict[str, dict], threshold: float) -> dict:
    """Rows whose class differs, rows that the other network answered, and the largest difference between confidences of
    the same network. Where one side was content with Yin and the other was not, Yin's confidence has to lie at the
    threshold: `far_from_threshold` is how far at most it lies from it."""
    if ours.keys() != cpu.keys():
        raise BenchError(f"{len(ours)} rows instead of the CPU's {len(cpu)}, or of other pictures")
    other_class, other_network, confidence, far = 0, 0, 0.0, 0.0
    for image, row in ours.items():
        wanted = cpu[image]
        if row["error"] or wanted["error"]:
            raise BenchError(f"{image}: {row['error'] or wanted['error']}")
        if not math.isfinite(float(row["confidence"])):
            raise BenchError(f"{image}: confidence {row['confidence']}")
        other_class += row["class"] != wanted["class"]
        if row["stage"] == wanted["stage"]:
            confidence = max(confidence, abs(float(row["confidence"]) - float(wanted["confidence"])))
        else:
            other_network += 1
            by_yin = row if row["stage"] == "1" else wanted
            far = max(far, abs(float(by_yin["confidence"]) - threshold))
    return {"rows": len(ours), "other_class": other_class, "other_network": other_network,
            "confidence_difference": confidence, "far_from_threshold": far}


def judge(found: dict, precision: str) -> dict:
    """float32 has to say what the CPU says, but for pictures whose confidence is the threshold; narrower types may not
    be plainly wrong."""
    others, rows = found["other_class"], found["rows"]
    if precision == "f32":
        good = found["confidence_difference"] <= SAME and found["far_from_threshold"] <= SAME and (
            others <= found["other_network"])
    else:
        good = others <= MOST_OTHERS * rows
    why = (f"{others} of {rows} classes and confidences by up to {found['confidence_difference']:.2g} differ from the "
           f"CPU's; {found['other_network']} answers are another network's")
    return found if good else {**found, "status": FAILED, "why": why}


def check_pairs(part: Part, setting: Setting, pairs: list[Pair]) -> None:
    depth, ways = depth_of(setting), {way.name: way for way in ways_of(setting)}
    folder = setting.out / "verdicts"
    folder.mkdir(exist_ok=True)
    for number, pair in enumerate(pairs):
        def answer(file: Path, flags: list[str]) -> str:
            command = [setting.program("yy-run"), "run", str(pair.pictures), *pair.flags(), *flags, "--csv", str(file),
                       "--quiet"]
            file.unlink(missing_ok=True)  # of an earlier check
            run(command, 900)
            return command_text(command)

        on_cpu = folder / f"{number}-cpu.csv"
        part.item(f"{pair.name} on the CPU", lambda: {"command": answer(on_cpu, ["--device", "cpu"])}, pair=pair.name)
        for batch, wanted, way in depth.pairs:
            for precision in chosen_precisions(setting, (wanted,)):
                flags = ["--device", setting.device, "--batch", f"{batch}", "--precision", precision, *ways[way].flags]
                about = {"pair": pair.name, "batch": batch, "precision": precision, "way": way}
                name = f"{pair.name} {precision} batch {batch} {way}"
                for decide in ("host", "device"):
                    file = folder / f"{number}-{precision}-{batch}-{way}-{decide}.csv"

                    def compare() -> dict:
                        command = answer(file, flags + (["--decide", "device"] if decide == "device" else []))
                        if not on_cpu.is_file():
                            raise BenchError("there are no verdicts of the CPU to compare with")
                        found = compare_verdicts(read_verdicts(file), read_verdicts(on_cpu), pair.threshold)
                        return {"command": command, **judge(found, precision)}

                    part.item(f"{name}, verdicts by the {decide}", compare, decide=decide, kind="verdicts", **about)
                part.item(f"{name}, speed", lambda: measure_pair(pair, setting, flags), kind="speed",
                          threshold=pair.threshold, **about)
