"""Parts of the GPU check that find errors, and kernels one by one."""
import csv
from dataclasses import dataclass, field
import json
from pathlib import Path
import shutil
import tempfile

from gpu_run import Absent, FAILED, LIBRARIES, Part, command_text, run, run_json, tail_of, write_whole
import machine
from rounds import BenchError, ROOT

PROGRAMS = ("yy-run", "yy-bench", "test_cuda_device", "cudnn_properties")
SANITIZER_CODE = 9  # what compute-sanitizer is told to end with where it found something
TEST_LIMIT, SANITIZER_LIMIT, KERNEL_LIMIT = 1800, 3600, 1800  # seconds of one program

# What the slower tools of compute-sanitizer look at: everything a cascade runs, one family of each way to write a
# kernel (tiles in shared memory, a row per block, channels per thread, reductions, copies), and streams.
SELECTION = ":".join((
    "CascadeKernels.*", "*DecidedOnCuda.AsByTheHostOnTheCpu*", "*DecidedOnCuda.WithoutWaitingForOthers*",
    "DevicePictures.*", "DigitsOnCuda.*", "DeviceResample.*", "Joined.*", "Streams.*", "*_Probe_*", "*_Select_*", "*_GatherRows_*",
    "*_ScatterRows_*", "*_Enqueue_*", "*_Dequeue_*", "*_NormaliseRows_*", "*_Conv_random_1_1*", "*_Gemm_random_1_*",
    "*_Softmax_*", "*_LayerNormalization_*", "*_SqueezeExcite_*", "*_ChannelMap_*", "*_GlobalAveragePool_*"))
# What can be computed by a library.
LIBRARY_CASES = "*_Conv_*:*_Gemm_*:*_MatMul_*:Joined.*:Weights.*:DigitsOnCuda.*:*DecidedOnCuda*"
TRIAL_CASES = "CascadeKernels.RouteGiven*:Joined.*:*_Select_*"

SMI_FIELDS = ("name", "driver_version", "clocks.sm", "clocks.mem", "clocks.max.sm", "clocks.max.mem", "power.limit",
              "mig.mode.current", "ecc.mode.current", "temperature.gpu", "compute_mode")


@dataclass(frozen=True)
class Setting:
    """What all parts need to know."""
    programs: Path
    out: Path
    quick: bool
    trial: bool
    device: str = "cuda:0"                      # as yy-run calls it
    simulated: bool = False
    precisions: tuple[str, ...] = ("f32",)      # that it computes in
    missing: dict[str, str] = field(default_factory=dict)  # YY_CUDNN or YY_CUBLASLT: why that library is not there

    def program(self, name: str) -> str:
        return str(self.programs / name)

    def narrow(self) -> list[str]:
        """Precisions besides float32; the first is the one that `--quick` looks at."""
        return [precision for precision in ("f16", "bf16", "tf32") if precision in self.precisions]


def usable_device(found: dict) -> dict:
    """The first CUDA device that can be used. Throws Absent with the reasons where none can."""
    cuda = [device for device in found["devices"] if device["device"].startswith("cuda")]
    for device in cuda:
        if device["usable"]:
            return device
    raise Absent("; ".join(f"{device['device']}: {device['trouble']}" for device in cuda) or "no CUDA device is known")


def missing_libraries(found: dict) -> dict[str, str]:
    variables = {"cuDNN": LIBRARIES[0], "cuBLASLt": LIBRARIES[1]}
    troubles = {library["name"]: library["trouble"] for library in found["libraries"]}
    return {variable: f"{name}: {troubles.get(name, 'unknown to yy-run')}" for name, variable in variables.items()
            if troubles.get(name, "unknown")}


def toolkit_program(name: str) -> str:
    """On the PATH, else where CUDA is usually installed or tools/cuda_toolkit.sh has put it."""
    folders = ("/usr/local/cuda/bin", str(ROOT / "build/cuda-toolkit/cuda/bin"))
    found = shutil.which(name) or next((path for folder in folders if (path := shutil.which(name, path=folder))), None)
    if found is None:
        raise Absent(f"{name} is not on the PATH")
    return found


def revision() -> str | None:
    """Of the checkout, which need not be what was built; None in a copy without git."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return None
    ran = run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], 60, accept=(0, 128))
    return ran.stdout.strip() if ran.code == 0 else None


def check_device(part: Part, setting: Setting, found: dict) -> None:
    def of_driver() -> dict:
        command = ["nvidia-smi", f"--query-gpu={','.join(SMI_FIELDS)}", "--format=csv,noheader"]
        ran = run(command, 60, accept=tuple(range(256)))
        if ran.code != 0:  # it only describes
            raise Absent(tail_of(ran.stdout, ran.stderr))
        rows = csv.reader(ran.stdout.splitlines(), skipinitialspace=True)
        return {"command": command_text(command), "gpus": [dict(zip(SMI_FIELDS, row, strict=True)) for row in rows]}

    def of_compiler() -> dict:
        lines = run([toolkit_program("nvcc"), "--version"], 60).stdout.strip().splitlines()
        return {"version": lines[-1] if lines else ""}

    def of_programs() -> dict:
        files = [path for path in sorted(setting.programs.iterdir()) if path.name in PROGRAMS]
        return {"version": run([setting.program("yy-run"), "--version"], 60).stdout.strip(), "git_revision": revision(),
                "sha256": {path.name: machine.digest(path) for path in files}}

    part.item("yy-run devices", lambda: {"what": usable_device(found)["what"], **found})
    part.item("nvidia-smi", of_driver)
    part.item("nvcc", of_compiler)
    part.item("programs", of_programs)


def check_cudnn(part: Part, setting: Setting) -> None:
    def properties() -> dict:
        ran = run([setting.program("cudnn_properties")], 120, accept=(0, 77))
        if ran.code == 77:
            raise Absent(ran.stderr.strip())
        write_whole(setting.out / "cudnn-properties.json", json.dumps(json.loads(ran.stdout), indent=1) + "\n")
        return {"file": "cudnn-properties.json", "properties": json.loads(ran.stdout)}

    part.item("device properties", properties)


def counts_of(report: dict) -> dict:
    """From GoogleTest's JSON: how many passed, failed and were skipped, and what the failed ones said."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failed: dict[str, str] = {}
    for suite in report["testsuites"]:
        for test in suite["testsuite"]:
            if test.get("failures"):
                counts["failed"] += 1
                failed[f"{suite['name']}.{test['name']}"] = tail_of(test["failures"][0].get("failure", ""))
            elif test["result"] == "COMPLETED":
                counts["passed"] += 1
            else:
                counts["skipped"] += 1
    return {**counts, "failed_tests": failed}


def run_tests(setting: Setting, cases: str, limit_s: float, libraries: tuple[str, ...] = (),
              tool: tuple[str, ...] = ()) -> dict:
    """test_cuda_device, under a tool if one is given. Failed tests and what a tool finds are told, not thrown."""
    with tempfile.TemporaryDirectory(prefix="yy-gpu-check-") as folder:
        report = Path(folder) / "tests.json"
        command = [*tool, setting.program("test_cuda_device"), f"--gtest_filter={cases}"]
        ran = run([*command, f"--gtest_output=json:{report}"], limit_s, libraries, accept=(0, 1, SANITIZER_CODE))
        if not report.is_file():
            raise BenchError(f"no results: {command_text(command, libraries)}\n{tail_of(ran.stdout, ran.stderr)}")
        counts = counts_of(json.loads(report.read_text()))
    done = {"command": command_text(command, libraries), **counts}
    if counts["failed"] or ran.code != 0:
        names = ", ".join(list(counts["failed_tests"])[:5])
        done |= {"status": FAILED, "why": f"exit code {ran.code}, {counts['failed']} failed: {names}\n"
                                          f"{tail_of(ran.stdout, ran.stderr)}"}
    elif counts["passed"] == 0:
        done |= {"status": FAILED, "why": f"no test ran: {command_text(command, libraries)}"}
    return {**done, "output": tail_of(ran.stdout)[-400:]}


def check_tests(part: Part, setting: Setting) -> None:
    """All of them plainly; with libraries all, or in quick checks those that libraries can compute."""
    everything = TRIAL_CASES if setting.trial else "*"
    by_libraries = TRIAL_CASES if setting.trial else LIBRARY_CASES if setting.quick else "*"
    for libraries in ((), LIBRARIES[:1], LIBRARIES[1:], LIBRARIES):
        def tests() -> dict:
            for name in libraries:
                if name in setting.missing:
                    raise Absent(setting.missing[name])
            return run_tests(setting, by_libraries if libraries else everything, TEST_LIMIT, libraries)

        part.item(" ".join(f"{name}=1" for name in libraries) or "own kernels", tests)


def check_sanitizer(part: Part, setting: Setting) -> None:
    selection = TRIAL_CASES if setting.trial else SELECTION
    for tool in ("memcheck", "racecheck", "initcheck", "synccheck"):
        def sanitize() -> dict:
            command = (toolkit_program("compute-sanitizer"), "--tool", tool, "--error-exitcode", f"{SANITIZER_CODE}")
            whole = tool == "memcheck" and not setting.quick and not setting.trial
            return run_tests(setting, "*" if whole else selection, SANITIZER_LIMIT, (), command)

        part.item(tool, sanitize)


def kernels_of(report: dict) -> list[dict]:
    """From Google Benchmark's JSON: microseconds of each kernel, what computes it, and its rates, which are per second
    or fractions of what the device reaches."""
    per_unit = {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6}
    found = []
    for entry in report["benchmarks"]:
        if entry.get("error_occurred"):
            raise BenchError(f"{entry['name']}: {entry.get('error_message', 'failed')}")
        rates = {key: entry[key] for key in ("GB/s", "GFLOP/s", "of_peak_bytes", "of_peak_flops") if key in entry}
        found.append({"name": entry["name"].removesuffix("/manual_time"), "implementation": entry.get("label", ""),
                      "us": entry["real_time"] * per_unit[entry["time_unit"]], **rates})
    if not found:
        raise BenchError("no kernel was timed")
    return found


def check_kernels(part: Part, setting: Setting, models: list[Path]) -> None:
    least_s = 1e-9 if setting.trial else 0.02 if setting.quick else 0.1  # of each kernel
    precisions = setting.narrow()[:1] if setting.trial else [p for p in ("f32", "f16") if p in setting.precisions]
    for model in models:
        for precision in precisions:
            command = [setting.program("yy-bench"), "--device", setting.device, "--batch", "32", "--model", str(model),
                       "--precision", precision, "--benchmark_format=json", f"--benchmark_min_time={least_s:.9f}"]
            if setting.trial:
                command.append("--benchmark_filter=Conv")

            def time_kernels() -> dict:
                report = run_json(command, KERNEL_LIMIT)
                peaks = {key: value for key, value in report["context"].items() if key.startswith("peak_")}
                return {"command": command_text(command), "peaks": peaks, "kernels": kernels_of(report)}

            part.item(f"{model.stem} {precision}", time_kernels, model=model.stem, precision=precision, batch=32)
