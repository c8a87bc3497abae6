"""Tests of the GPU check: what it makes of outputs, and how programs that fail, hang or are missing are recorded.

usage: python3 tools/bench/test_gpu_check.py
       YY_GPU_CHECK_PROGRAMS=build/release/bin/simulated python3 -m unittest test_gpu_check.WholeRun
"""
import contextlib
import io
import json
import math
import os
from pathlib import Path
import subprocess
import sys
import tempfile
import time
import unittest

import gpu_check
import gpu_pairs
import gpu_parts
import gpu_run
import gpu_speed
import gpu_table
from rounds import BenchError

HERE = Path(__file__).resolve().parent
DEVICES = {"devices": [{"device": "cpu", "what": "2 threads", "usable": True, "precisions": ["f32"], "trouble": ""},
                       {"device": "cuda:0", "what": "a GPU", "usable": True, "precisions": ["f32", "f16"],
                        "trouble": ""}],
           "libraries": [{"name": "cuDNN", "version": "9.19.0", "trouble": ""},
                         {"name": "cuBLASLt", "version": "", "trouble": "no such file"}]}
HEAD = {"depth": "trial", "rounds": 1, "what": "a GPU", "version": "yy-run 0"}


def setting(**more: object) -> gpu_parts.Setting:
    return gpu_parts.Setting(Path("/programs"), Path("/out"), quick=False, trial=False, **more)


class InFolder(unittest.TestCase):
    """With a folder for small programs."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="yy-gpu-check-")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def program(self, name: str, body: str) -> list[str]:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return [str(path)]

    def run_check(self, *flags: str) -> subprocess.CompletedProcess:
        command = [sys.executable, str(HERE / "gpu_check.py"), "--programs", str(self.folder), "--out",
                   str(self.folder / "out"), *flags]
        return subprocess.run(command, capture_output=True, text=True, check=False)


class Programs(InFolder):
    def test_a_failing_one_leaves_the_end_of_its_output(self) -> None:
        with self.assertRaisesRegex(BenchError, r"(?s)exit code 3: .*/fails\nsaid\nwhy"):
            gpu_run.run(self.program("fails", "echo said; echo why >&2; exit 3"), 60)
        with self.assertRaisesRegex(BenchError, "signal 9: "):
            gpu_run.run(self.program("dies", "kill -9 $$"), 60)

    def test_a_hanging_one_is_ended_with_what_it_started(self) -> None:
        program = self.program("hangs", f"echo begun; sleep 60 & echo $! >{self.folder}/child; wait")
        start = time.monotonic()
        with self.assertRaisesRegex(BenchError, r"(?s)still running after 1 s: .*begun"):
            gpu_run.run(program, 1)
        self.assertLess(time.monotonic() - start, 20)
        status = Path(f"/proc/{(self.folder / 'child').read_text().strip()}/stat")
        self.assertTrue(not status.exists() or status.read_text().split(")")[1].split()[0] == "Z")

    def test_a_missing_one_is_absent(self) -> None:
        self.assertRaises(gpu_run.Absent, gpu_run.run, [str(self.folder / "nothing")], 60)

    def test_libraries_are_asked_for_only_by_name(self) -> None:
        program = self.program("tells", 'echo "$YY_CUDNN,$YY_CUBLASLT"')
        os.environ["YY_CUDNN"] = "1"
        self.addCleanup(os.environ.pop, "YY_CUDNN")
        self.assertEqual(gpu_run.run(program, 60).stdout, ",\n")
        self.assertEqual(gpu_run.run(program, 60, ("YY_CUBLASLT",)).stdout, ",1\n")

    def test_json_and_what_was_said_beside_it(self) -> None:
        found = gpu_run.run_json(self.program("tells", """echo '{"a": 1}'; echo careful >&2"""), 60)
        self.assertEqual((found["a"], found["messages"]), (1, "careful"))
        for output in ("no JSON", "[1]", ""):
            self.assertRaises(BenchError, gpu_run.run_json, self.program("other", f"echo '{output}'"), 60)


class Recording(InFolder):
    def test_one_item_fails_and_the_others_go_on(self) -> None:
        results = gpu_run.Results(self.folder, HEAD)

        def act(part: gpu_run.Part) -> None:
            part.item("fails", lambda: {"ran": gpu_run.run(self.program("fails", "echo why; exit 1"), 60)})
            part.item("hangs", lambda: {"ran": gpu_run.run(self.program("hangs", "sleep 60"), 0.2)})
            part.item("absent", lambda: {"ran": gpu_run.run([str(self.folder / "nothing")], 60)})
            part.item("wrong", lambda: {"ran": {}["key"]})
            part.item("works", lambda: {"found": 1})
            self.assertEqual(self.read()["parts"][0]["status"], "running")

        with contextlib.redirect_stderr(io.StringIO()):
            results.part("tests", act)
        results.part("kernels", None)
        self.assertFalse(self.read()["complete"])
        self.assertFalse(results.finish())
        content = self.read()
        self.assertTrue(content["complete"])
        self.assertEqual([part["status"] for part in content["parts"]], ["failed", "skipped"])
        items = {item["name"]: item for item in content["parts"][0]["items"]}
        self.assertEqual([item["status"] for item in items.values()],
                         ["failed", "failed", "not there", "failed", "passed"])
        self.assertIn("why", items["fails"]["why"])
        self.assertIn("still running", items["hangs"]["why"])
        self.assertEqual(sorted(path.name for path in self.folder.iterdir() if path.suffix),
                         ["results.json", "table.md"])

    def test_a_part_that_breaks_between_its_items_fails(self) -> None:
        results = gpu_run.Results(self.folder, HEAD)
        results.part("tests", lambda part: {}["key"])
        self.assertEqual(self.read()["parts"][0]["status"], "failed")

    def test_status_of_a_part(self) -> None:
        for statuses, wanted in ((["passed", "failed"], "failed"), (["not there", "passed"], "passed"),
                                 (["not there"], "not there"), ([], "skipped")):
            self.assertEqual(gpu_run.worst(statuses), wanted)

    def read(self) -> dict:
        return json.loads((self.folder / "results.json").read_text())


class Devices(unittest.TestCase):
    def test_the_first_usable_one(self) -> None:
        self.assertEqual(gpu_parts.usable_device(DEVICES)["device"], "cuda:0")
        for cuda in ([], [{"device": "cuda", "usable": False, "trouble": "no driver"}]):
            self.assertRaises(gpu_run.Absent, gpu_parts.usable_device, {"devices": DEVICES["devices"][:1] + cuda})

    def test_missing_libraries(self) -> None:
        self.assertEqual(gpu_parts.missing_libraries(DEVICES), {"YY_CUBLASLT": "cuBLASLt: no such file"})

    def test_only_precisions_that_the_device_has(self) -> None:
        with_half = setting(precisions=("f32", "tf32", "f16"))
        self.assertEqual(gpu_speed.chosen_precisions(with_half, ("f32", "tf32", "f16", "bf16")), ["f32", "tf32", "f16"])
        self.assertEqual(gpu_speed.chosen_precisions(with_half, ("f32", "narrow")), ["f32", "f16"])
        self.assertEqual(gpu_speed.chosen_precisions(setting(), ("f32", "narrow")), ["f32"])


class Outputs(unittest.TestCase):
    def test_counts_of_tests(self) -> None:
        suite = {"name": "A", "testsuite": [
            {"name": "good", "result": "COMPLETED"}, {"name": "left_out", "result": "SKIPPED"},
            {"name": "bad", "result": "COMPLETED", "failures": [{"failure": "file:1\nwrong"}]}]}
        self.assertEqual(gpu_parts.counts_of({"testsuites": [suite]}),
                         {"passed": 1, "failed": 1, "skipped": 1, "failed_tests": {"A.bad": "file:1\nwrong"}})

    def test_kernels(self) -> None:
        entry = {"name": "net/Conv/3x3/manual_time", "label": "implicit gemm", "real_time": 0.5, "time_unit": "ms",
                 "GFLOP/s": 2e9, "cpu_time": 7}
        self.assertEqual(gpu_parts.kernels_of({"benchmarks": [entry]}),
                         [{"name": "net/Conv/3x3", "implementation": "implicit gemm", "us": 500.0, "GFLOP/s": 2e9}])
        for entries in ([], [{"name": "x", "error_occurred": True, "error_message": "no memory"}]):
            self.assertRaises(BenchError, gpu_parts.kernels_of, {"benchmarks": entries})

    def test_layers_are_counted_once(self) -> None:
        def row(step: int, op: str, implementation: str, tensor: str = "y") -> dict:
            return {"step": step, "op": op, "implementation": implementation, "tensor": tensor}

        plan = {"rows": [row(0, "Conv", "cudnn engine 7"), row(0, "Conv", "cudnn engine 7", "(workspace)"),
                         row(1, "Relu", "unary"), row(2, "Conv", "depthwise"), row(3, "Gemm", "cublaslt 00")]}
        self.assertEqual(gpu_speed.computed_by(plan), {"cudnn": 1, "cublaslt": 1, "own": 1})


class Verdicts(unittest.TestCase):
    @staticmethod
    def row(name: str, confidence: float, stage: int, error: str = "") -> dict:
        return {"class": name, "confidence": f"{confidence}", "stage": f"{stage}", "error": error}

    def test_differences(self) -> None:
        cpu = {"a": self.row("cat", 0.9, 1), "b": self.row("dog", 0.701, 1), "c": self.row("cow", 0.6, 2)}
        ours = {"a": self.row("cat", 0.91, 1), "b": self.row("fox", 0.8, 2), "c": self.row("cow", 0.6, 2)}
        found = gpu_pairs.compare_verdicts(ours, cpu, 0.7)
        self.assertEqual((found["rows"], found["other_class"], found["other_network"]), (3, 1, 1))
        self.assertAlmostEqual(found["confidence_difference"], 0.01)
        self.assertAlmostEqual(found["far_from_threshold"], 0.001)

    def test_rows_have_to_be_the_same(self) -> None:
        one = {"a": self.row("cat", 0.9, 1)}
        self.assertRaises(BenchError, gpu_pairs.compare_verdicts, one, {}, 0.7)
        self.assertRaises(BenchError, gpu_pairs.compare_verdicts, {"a": self.row("", 0, 1, "damaged")}, one, 0.7)
        self.assertRaises(BenchError, gpu_pairs.compare_verdicts, {"a": self.row("cat", math.nan, 1)}, one, 0.7)

    def test_judgement(self) -> None:
        same = {"rows": 100, "other_class": 0, "other_network": 0, "confidence_difference": 1e-6,
                "far_from_threshold": 0}
        for change, precision, good in (
                ({}, "f32", True), ({"confidence_difference": 0.01}, "f32", False), ({"other_class": 1}, "f32", False),
                ({"other_class": 1, "other_network": 1, "far_from_threshold": 1e-5}, "f32", True),
                ({"other_network": 1, "far_from_threshold": 0.1}, "f32", False),
                ({"other_class": 5, "confidence_difference": 0.1}, "f16", True), ({"other_class": 6}, "bf16", False)):
            with self.subTest(change=change, precision=precision):
                self.assertEqual(gpu_pairs.judge({**same, **change}, precision).get("status") != "failed", good)


class Turns(InFolder):
    def test_a_program_that_fails_is_left_out_and_the_others_go_on(self) -> None:
        good = self.program("good", f"""echo x >>{self.folder}/runs; echo '{{"images_per_s": 3.0}}'""")
        bad = self.program("bad", "echo oh no >&2; exit 1")
        taken = gpu_speed.take_turns({"host": good, "device": bad, "Yang": good}, 2, 60)
        self.assertEqual((taken["status"], list(taken["failed"]), list(taken["raw"])),
                         ("failed", ["device"], ["host", "Yang"]))
        self.assertEqual([len(runs) for runs in taken["raw"].values()], [2, 2])
        self.assertEqual((self.folder / "runs").read_text(), "x\n" * 6)  # one each to warm up
        found = gpu_speed.ratios(taken["raw"], gpu_pairs.PAIR_RATIOS)
        self.assertEqual(list(found), ["host / Yang"])
        self.assertEqual(gpu_speed.ratios(taken["raw"], gpu_pairs.PAIR_RATIOS, "compute_images_per_s"), {})

    def test_a_library_that_computes_nothing_is_an_error_on_a_gpu(self) -> None:
        plan = self.program("yy-run", "echo 'passed over at 2 nodes: cuDNN: too old'")
        with self.assertRaisesRegex(BenchError, "cuDNN: too old"):
            gpu_speed.refuse_idle_libraries(setting(), plan)
        for other in (setting(simulated=True), setting(missing={"YY_CUDNN": "a", "YY_CUBLASLT": "b"})):
            self.assertRaises(gpu_run.Absent, gpu_speed.refuse_idle_libraries, other, plan)

    def test_pairs_that_are_there(self) -> None:
        self.assertEqual([pair.name for pair in gpu_pairs.choose_pairs(None, self.folder)],
                         ["digits-yin -> digits-yang"])
        (self.folder / "cifar10-dev").mkdir()
        for name in ("cifar-resnet20", "cifar-resnet56"):
            (self.folder / f"{name}.onnx").touch()
        pairs = gpu_pairs.choose_pairs(self.folder, self.folder)
        self.assertEqual([(pair.name, pair.threshold) for pair in pairs], [("cifar-resnet20 -> cifar-resnet56", 0.82)])


class Table(unittest.TestCase):
    def test_few_rounds_are_a_trial(self) -> None:
        self.assertIn("A trial, not a measurement: 3 of at least 9", gpu_table.about_rounds([], 3)[0])
        self.assertNotIn("trial", gpu_table.about_rounds([], 9)[0])
        self.assertIn("coverage 96.1 %", gpu_table.about_rounds([], 9)[0])

    def test_cells(self) -> None:
        self.assertEqual(gpu_table.table(["a"], []), [])
        self.assertEqual(gpu_table.table(["a", "b"], [["1", "x|y"]]), ["| a | b |", "|---|---|", "| 1 | x\\|y |", ""])
        self.assertEqual(gpu_table.ratio({"median": 2.0, "low": 1.5, "high": 2.5, "values": [1.5, 2.0, 2.5]}),
                         "2.00 (1.50 to 2.50)")

    def test_failures_are_shown_and_reasons_told_once(self) -> None:
        def item(name: str, status: str, why: str) -> dict:
            return {"name": name, "status": status, "why": why}

        lines = gpu_table.reasons([{"name": "tests", "items": [
            item("a", "not there", "no tool"), item("b", "failed", "exit code 1\nwrong"),
            item("c", "not there", "no tool")]}])
        self.assertIn("- not there: tests, a, c: no tool", lines)
        self.assertIn("  wrong", lines)


class Ends(InFolder):
    """Exit codes of the whole, with programs of a line."""

    def test_no_gpu_is_77(self) -> None:
        self.fakes({**DEVICES, "devices": DEVICES["devices"][:1]}, "exit 0")
        self.assertEqual(self.run_check().returncode, 77)

    def test_usage_is_2(self) -> None:
        self.assertEqual(self.run_check().returncode, 2)  # no programs
        self.fakes(DEVICES, "exit 0")
        self.assertEqual(self.run_check("--only", "nothing").returncode, 2)

    def test_a_crash_is_1_and_its_output_is_kept(self) -> None:
        self.fakes(DEVICES, "echo '[ RUN      ] A.b'; kill -11 $$")
        self.assertEqual(self.run_check("--only", "tests").returncode, 1)
        content = json.loads((self.folder / "out/results.json").read_text())
        status = {part["name"]: part["status"] for part in content["parts"]}
        self.assertEqual((status["device"], status["tests"], status["pairs"]), ("passed", "failed", "skipped"))
        own, cudnn, cublaslt, both = content["parts"][2]["items"]
        self.assertIn("signal 11", own["why"])
        self.assertIn("A.b", own["why"])
        self.assertEqual([cudnn["status"], cublaslt["status"], both["status"]], ["failed", "not there", "not there"])

    def fakes(self, devices: dict, tests: str) -> None:
        (self.folder / "devices.json").write_text(json.dumps(devices))
        self.program("yy-run", f'if [ "$1" = devices ]; then cat {self.folder}/devices.json; else echo yy-run 0; fi')
        self.program("yy-bench", "exit 1")
        self.program("test_cuda_device", tests)


class WholeRun(unittest.TestCase):
    """All parts on the simulated device, for moments each."""

    def test_every_part_passes_or_is_not_there(self) -> None:
        programs = os.environ.get("YY_GPU_CHECK_PROGRAMS")
        if programs is None:
            self.skipTest("YY_GPU_CHECK_PROGRAMS names no programs")
        with tempfile.TemporaryDirectory(prefix="yy-gpu-check-") as temporary:
            out = Path(os.environ.get("YY_GPU_CHECK_OUT", temporary))
            command = [sys.executable, str(HERE / "gpu_check.py"), "--programs", programs, "--out", str(out),
                       "--zoo", temporary, "--quick", "--trial"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            content = json.loads((out / "results.json").read_text())
            written = (out / "table.md").read_text()
        self.assertTrue(content["complete"])
        self.assertEqual([part["name"] for part in content["parts"]], list(gpu_check.PARTS))
        status = {part["name"]: part["status"] for part in content["parts"]}
        self.assertLessEqual(set(status.values()), {"passed", "not there"})
        self.assertEqual({status[name] for name in ("device", "tests", "kernels", "networks", "pairs")}, {"passed"})
        for line in (r"\| own kernels \| [1-9]\d* \| 0 \| 0 \|", r"\| digits-yang \| f32 \| 8 \| \d",
                     r"\| digits-yin -> digits-yang \| f16 \| 8 \| tuned \| \d"):
            self.assertRegex(written, line)
        self.assertIn(written, done.stdout)


if __name__ == "__main__":
    unittest.main()
