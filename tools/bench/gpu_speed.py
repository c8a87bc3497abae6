"""Parts of the GPU check that measure: networks on noise, pairs on pictures, and other runtimes beside ours."""
import csv
from dataclasses import dataclass
import json
from pathlib import Path

from gpu_parts import Setting
from gpu_run import Absent, FAILED, LIBRARIES, Part, command_text, run, run_json
import rounds
from rounds import BenchError, ROOT, round_order

SAME = 1e-3           # float32: how far confidences may differ from the CPU's
MOST_OTHERS = 0.05    # narrower types: of the pictures, how many may get another class; a bound for what is plainly wrong
PEERS = ("onnxruntime", "torch")
PEER_SCRIPT = Path(__file__).with_name("gpu_peer.py")
TORCHVISION = {"mobilenet-v2-1.0-224": "mobilenet_v2"}  # the zoo's network: the one of that topology in torchvision


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


@dataclass(frozen=True)
class Depth:
    """How much is measured. `narrow` among the precisions stands for the one besides float32 that is looked at."""
    rounds: int
    duration: float                             # seconds of each run, warm-up not counted
    batches: tuple[int, ...]                    # of networks, each in all `precisions`
    precisions: tuple[str, ...]
    pairs: tuple[tuple[int, str, str], ...]     # batch, precision, way
    peer_batches: tuple[int, ...]
    most_pictures: int                          # 0: all


FULL = Depth(rounds.ENOUGH_PAIRS, 1.5, (1, 8, 32, 128), ("f32", "tf32", "f16", "bf16"),
             ((8, "f32", "own"), (32, "f32", "own"), (32, "f32", "tuned"), (32, "f16", "own"), (32, "f16", "tuned"),
              (32, "bf16", "own"), (128, "f16", "tuned")), (1, 32), 0)
QUICK = Depth(3, 0.5, (8, 32), ("f32", "narrow"),
              ((8, "f32", "own"), (32, "f32", "own"), (32, "narrow", "tuned")), (32,), 200)
TRIAL = Depth(1, 0.1, (8,), ("f32", "narrow"), ((8, "f32", "own"), (8, "narrow", "tuned")), (8,), 0)


def depth_of(setting: Setting) -> Depth:
    return TRIAL if setting.trial else QUICK if setting.quick else FULL


def choose_pairs(zoo: Path | None, images: Path) -> list[Pair]:
    """Those of the zoo that are there, else what tools/demo.sh has made, else the repository's own digits."""
    def of_zoo(yin: str, yang: str, threshold: float, folder: str) -> list[Pair]:
        pair = Pair(f"{yin} -> {yang}", zoo / f"{yin}.onnx", zoo / f"{yang}.onnx", threshold, images / folder)
        return [pair] if pair.there() else []

    digits = Pair("digits-yin -> digits-yang", ROOT / "tests/models/digits-yin.onnx", ROOT / "tests/models/digits-yang.onnx",
                  0.7, ROOT / "tests/data/digits")
    if zoo is None:
        return [digits]
    demo = ROOT / "build/demo"
    of_demo = Pair("efficientnet-lite0 -> efficientnet-lite2", demo / "models/efficientnet-lite0.onnx",
                   demo / "models/efficientnet-lite2.onnx", 0.6, demo / "photos")
    return (of_zoo("efficientnet-lite0", "efficientnet-lite2", 0.7, "imagenet-dev") +
            of_zoo("cifar-resnet20", "cifar-resnet56", 0.82, "cifar10-dev")) or [of_demo if of_demo.there() else digits]


def networks_of(pairs: list[Pair]) -> list[Path]:
    return list(dict.fromkeys(network for pair in pairs for network in (pair.yin, pair.yang)))


def chosen_precisions(setting: Setting, wanted: tuple[str, ...]) -> list[str]:
    """Those that the device has."""
    return [precision for one in wanted for precision in (setting.narrow()[:1] if one == "narrow" else [one])
            if precision in setting.precisions]


@dataclass(frozen=True)
class Way:
    """What computes layers: own kernels, the libraries where they can, or what --autotune finds fastest."""
    name: str
    libraries: tuple[str, ...]
    flags: tuple[str, ...]


def ways_of(setting: Setting) -> list[Way]:
    return [Way("own", (), ()), Way("libraries", LIBRARIES, ()),
            Way("tuned", (), ("--autotune", str(setting.out / "tuning.json")))]


def limit_of(duration: float) -> float:
    """Seconds that one measurement may take: loading, tuning and slow devices included."""
    return 300 + 20 * duration


def computed_by(plan: dict) -> dict[str, int]:
    """How many convolutions and products each library computes, and how many own kernels do."""
    steps = {row["step"]: row["implementation"] for row in plan["rows"]
             if row["op"] in ("Conv", "Gemm", "MatMul") and row["tensor"] != "(workspace)"}
    counts = {"cudnn": 0, "cublaslt": 0, "own": 0}
    for implementation in steps.values():
        counts[next((name for name in ("cudnn", "cublaslt") if implementation.startswith(name)), "own")] += 1
    return counts


def check_networks(part: Part, setting: Setting, networks: list[Path]) -> None:
    depth = depth_of(setting)
    for network in networks:
        for precision in chosen_precisions(setting, depth.precisions):
            for batch in depth.batches:
                for way in ways_of(setting):
                    if precision == "tf32" and way.name == "own":
                        continue  # own kernels compute in float32 all the same
                    flags = [str(network), "--device", setting.device, "--precision", precision, "--batch", f"{batch}",
                             *way.flags, "--json", "-"]

                    def measure() -> dict:
                        bench = [setting.program("yy-run"), "bench", *flags, "--duration", f"{depth.duration:g}"]
                        counts = computed_by(run_json([setting.program("yy-run"), "plan", *flags], limit_of(0), way.libraries))
                        if way.name == "libraries" and counts["cudnn"] + counts["cublaslt"] == 0:
                            raise Absent("no library computes any of its layers: "
                                         f"{command_text([*bench[:1], 'plan', *flags[:-2]], way.libraries)}")
                        return {"command": command_text(bench, way.libraries), "computed_by": counts,
                                "result": run_json(bench, limit_of(depth.duration), way.libraries)}

                    part.item(f"{network.stem} {precision} batch {batch} {way.name}", measure, model=network.stem,
                              precision=precision, batch=batch, way=way.name)


def take_turns(commands: dict[str, list[str]], count: int, limit_s: float) -> dict:
    """Each program once to warm up, then once in each round. One that fails is left out of what follows, and its reason
    is kept; the others go on."""
    failed: dict[str, str] = {}
    raw: dict[str, list[dict]] = {name: [] for name in commands}
    for index in range(-1, count):
        for name in round_order(list(commands), max(index, 0)):
            if name in failed:
                continue
            try:
                result = run_json(commands[name], limit_s)
                if index >= 0:
                    raw[name].append(result)
            except BenchError as error:
                failed[name] = str(error)
    return {"commands": {name: command_text(command) for name, command in commands.items()},
            "raw": {name: runs for name, runs in raw.items() if name not in failed},
            **({"status": FAILED, "failed": failed, "why": "\n".join(f"{name}: {why}" for name, why in failed.items())}
               if failed else {})}


def ratios(raw: dict[str, list[dict]], wanted: list[tuple[str, str]], key: str = "images_per_s") -> dict[str, dict]:
    """Of images/s of the same round, for programs that ran in all of them and tell `key`."""
    found = {}
    for program, other in wanted:
        if all(raw.get(name) and all(key in run for run in raw[name]) for name in (program, other)):
            values = [a[key] / b[key] for a, b in zip(raw[program], raw[other], strict=True)]
            found[f"{program} / {other}"] = rounds.summary_of(values)
    return found


PAIR_RATIOS = [("host", "Yang"), ("device", "Yang"), ("device", "host"), ("host", "Yin")]


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
    why = f"{others} of {rows} classes and confidences by up to {found['confidence_difference']:.2g} differ from the CPU's"
    return found if good else {**found, "status": FAILED, "why": why}


def check_pairs(part: Part, setting: Setting, pairs: list[Pair]) -> None:
    depth, ways = depth_of(setting), {way.name: way for way in ways_of(setting)}
    folder = setting.out / "verdicts"
    folder.mkdir(exist_ok=True)
    for number, pair in enumerate(pairs):
        def answer(file: Path, flags: list[str]) -> str:
            command = [setting.program("yy-run"), "run", str(pair.pictures), *pair.flags(), *flags, "--csv", str(file),
                       "--quiet"]
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


def check_peers(part: Part, setting: Setting, networks: list[Path], python: str) -> None:
    """Beside ours, one batch at a time from host memory to host memory, in float32."""
    depth = depth_of(setting)
    for engine in PEERS:
        probe = [python, str(PEER_SCRIPT), engine]
        if part.item(engine, lambda: peer_version(probe), engine=engine)["status"] != "passed":
            continue
        for network in networks:
            theirs = str(network) if engine == "onnxruntime" else TORCHVISION.get(network.stem)
            if theirs is None:
                continue
            for batch in depth.peer_batches:
                def measure() -> dict:
                    ours = [setting.program("yy-run"), "bench", str(network), "--device", setting.device, "--batch", f"{batch}",
                            "--scenario", "single-stream", "--duration", f"{depth.duration:g}", "--json", "-"]
                    commands = {"own": ours, "tuned": [*ours, *ways_of(setting)[-1].flags],
                                "peer": [*probe, theirs, "--batch", f"{batch}", "--duration", f"{depth.duration:g}"]}
                    taken = take_turns(commands, depth.rounds, limit_of(depth.duration))
                    return {**taken, "ratios": ratios(taken["raw"], [("own", "peer"), ("tuned", "peer")])}

                part.item(f"{network.stem} batch {batch} {engine}", measure, kind="speed", engine=engine,
                          model=network.stem, peer_model=Path(theirs).stem, batch=batch)


def peer_version(probe: list[str]) -> dict:
    """Throws Absent where that Python cannot compute on a GPU with this engine."""
    ran = run(probe, 300, accept=(0, 77))
    if ran.code == 77:
        raise Absent(ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else "it does not say why")
    return {"command": command_text(probe), **json.loads(ran.stdout)}
