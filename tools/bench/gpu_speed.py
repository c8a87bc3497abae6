"""Parts of the GPU check that measure networks on noise, alone and beside other runtimes; how much is measured."""
from dataclasses import dataclass
import json
from pathlib import Path

from gpu_parts import Setting
from gpu_run import Absent, FAILED, LIBRARIES, PASSED, Part, command_text, run, run_json
import rounds
from rounds import BenchError, round_order

PEERS = ("onnxruntime", "torch")
PEER_SCRIPT = Path(__file__).with_name("gpu_peer.py")
TORCHVISION = {"mobilenet-v2-1.0-224": "mobilenet_v2"}  # the zoo's network: the one of that topology in torchvision


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


def measure_network(setting: Setting, flags: list[str], way: Way) -> dict:
    """What computes its layers, which is where --autotune measures, and how fast it is."""
    duration = depth_of(setting).duration
    bench = [setting.program("yy-run"), "bench", *flags, "--duration", f"{duration:g}"]
    plan = [setting.program("yy-run"), "plan", *flags]
    planned = run_json(plan, limit_of(0), way.libraries)
    counts = computed_by(planned)
    if way.name == "libraries" and counts["cudnn"] + counts["cublaslt"] == 0:
        refuse_idle_libraries(setting, plan)
    return {"command": command_text(bench, way.libraries), "computed_by": counts,
            **{key: planned[key] for key in ("messages",) if key in planned},
            "result": run_json(bench, limit_of(duration), way.libraries)}


def refuse_idle_libraries(setting: Setting, plan: list[str]) -> None:
    """Own kernels would be timed in their place: that is an error where a library is there, but cannot be otherwise on
    a simulated device."""
    if len(setting.missing) == len(LIBRARIES):
        raise Absent("; ".join(setting.missing.values()))
    if setting.simulated:
        raise Absent("libraries compute nothing on a simulated device")
    told = run([argument for argument in plan if argument not in ("--json", "-")], limit_of(0), LIBRARIES).stdout
    reasons = [line for line in told.splitlines() if line.startswith("passed over")]
    raise BenchError("\n".join(["no library computes any of its layers", *reasons]))


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
                        return measure_network(setting, flags, way)

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


def check_peers(part: Part, setting: Setting, networks: list[Path], python: str) -> None:
    """Beside ours, one batch at a time from host memory to host memory, in float32."""
    depth = depth_of(setting)
    for engine in PEERS:
        peer = [python, str(PEER_SCRIPT), engine]
        known = {network: str(network) if engine == "onnxruntime" else TORCHVISION[network.stem] for network in networks
                 if engine == "onnxruntime" or network.stem in TORCHVISION}
        if part.item(engine, lambda: try_peer(peer, list(known.values())), engine=engine)["status"] != PASSED:
            continue
        for network, theirs in known.items():
            for batch in depth.peer_batches:
                def measure() -> dict:
                    ours = [setting.program("yy-run"), "bench", str(network), "--device", setting.device,
                            "--batch", f"{batch}", "--scenario", "single-stream", "--duration", f"{depth.duration:g}",
                            "--json", "-"]
                    commands = {"own": ours, "tuned": [*ours, *ways_of(setting)[-1].flags],
                                "peer": [*peer, theirs, "--batch", f"{batch}", "--duration", f"{depth.duration:g}"]}
                    taken = take_turns(commands, depth.rounds, limit_of(depth.duration))
                    return {**taken, "ratios": ratios(taken["raw"], [("own", "peer"), ("tuned", "peer")])}

                part.item(f"{network.stem} batch {batch} {engine}", measure, kind="speed", engine=engine,
                          model=network.stem, peer_model=Path(theirs).stem, batch=batch)


def try_peer(peer: list[str], networks: list[str]) -> dict:
    """Its version. Throws Absent where that Python cannot compute on a GPU with it, or knows none of the networks."""
    probe = [*peer, *networks[:1], "--batch", "1", "--duration", "0"]
    ran = run(probe, 300, accept=(0, 77))
    if ran.code == 77:
        raise Absent(ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else "it does not say why")
    if not networks:
        raise Absent("it has none of these networks")
    return {"command": command_text(probe), **json.loads(ran.stdout)}
