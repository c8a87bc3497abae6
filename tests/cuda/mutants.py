#!/usr/bin/env python3
"""Breaks the CUDA room on purpose and asks whether a test notices.

A mutant is one place of one source without its barrier, shuffle, bound check, event, wait; in code that talks to
cuDNN and cuBLASLt, or chooses between kernels, without a call, a condition or a lock, or with a tensor's twin in
its place... All mutants of a file are compiled at once: each place asks yy_mutant(NUMBER), which the environment
variable YY_MUTANT answers. Kernels are compiled in the race flavour, which sees races and wrong accesses to memory;
host code as it is, on streams that run as late as CUDA allows. Ends with 1 if a mutant survives that is not in
`equivalent`. Files whose library is not installed are skipped.

  mutants.py --build build/release                     after building the test_cuda_* programs there
  mutants.py --build build/release --files select mean --count 10 --seed 3
"""
import argparse
import collections
import functools
import json
import os
import pathlib
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parents[2]

# Mutants that do no harm, with the reason: (file, a piece of the place or how its line begins, the rule).
equivalent = {
    ("cuda/choose.cpp", "max<std::size_t>(expected.size(), 1)", "no limit"): "of no elements none is compared",
    ("cuda/choose.cpp", "if (request.slice_pitch > 0) text", "always"): "every problem that is no slice is then of 0",
    ("cuda/cublaslt_product.cpp", "const bool differs", "half a condition"): "a layout of its own, which is the same",
    ("cuda/cublaslt_product.cpp", "const bool differs", "its twin"): "a layout of its own, which is the same",
    ("cuda/cublaslt_product.cpp", "alignment_a", "left out"): "256 bytes is what the library assumes",
    ("cuda/cublaslt_product.cpp", "alignment_b", "left out"): "256 bytes is what the library assumes",
    **dict.fromkeys([
        ("cuda/cudnn_conv.cpp", "problem.read", "its twin"), ("cuda/cudnn_conv.cpp", "problem.written", "its twin"),
        ("cuda/cudnn_graph.cpp", "problem_.read", "its twin"), ("cuda/cudnn_graph.cpp", "problem.read", "its twin"),
        ("cuda/cudnn_graph.cpp", "problem_.written", "its twin"),
    ], "cuDNN has no engine from float16 or bfloat16 to float32, where alone they differ"),
    ("cuda/cudnn_graph.cpp", "std::min(found, most_candidates)", "no limit"): "slower: more are asked for",
    ("cuda/cudnn_graph.cpp", "if (std::ssize(plans) == most)", "never"): "slower: the fallback is asked for nothing",
    ("cuda/cudnn_graph.cpp", "+ 1", "no one more"): "the library reads up to the zero that follows anyway",
    ("cuda/kernels/implicit_gemm.cu", "min(column, args.columns - 1)", "no minimum"):
        "a filter that does not exist has no depth, so nothing is read at its address",
    ("cuda/kernels/resample.cu", "if (row >= job.rows) return;", "no return"):
        "no row is left then, so nothing of the pictures is read or written",
    ("cuda/kernels/rows.cu", "if (n >= arguments.words) return;", "no return"):
        "a word behind the last row's is in a row that is not below the count either",
    ("cuda/kernels/select.cu", "for (int first = 0; first < valid", "one too many"):
        "a round more finds no row, since each thread asks whether its row is valid",
    ("cuda/pool.cpp", "window.output, is_one", "half a condition"):
        "a window as large as the picture, without padding, has one place",
    ("cuda/pool.cpp", "sees_all(window, x.shape)", "never"): "slower: the kernel for pictures computes it too",
    ("cuda/pool.cpp", "writes_slice = ", "always"): "it is asked for only where there is a slice",
    ("cuda/staging.cpp", "next_ = ", "buffers take no turns"): "slower: every copy waits for the one before",
    ("cuda/stream.cpp", "cudaStreamSynchronize(stream_);", "no wait"):
        "in the destructor; freeing the pinned buffers waits for the device, on GPUs too, though nobody promises it",
    ("cuda/trial.cpp", "std::max(once, 1e-9)", "no limit"): "an infinite number of repetitions is limited too",
    ("cuda/trial.cpp", "const std::size_t to_next", "always"): "a dense output is one row",
    ("cuda/trial.cpp", "i == 0", "half a condition"): "more memory than an output needs that is no slice",
    ("cuda/trial.cpp", "(i == 0) ?", "always"): "no operator that is tried has a second output",
    ("cuda/trial.cpp", "(input.present) ?", "always"): "memory that nobody reads",
    ("cuda/trial.cpp", "kernel.workspace_bytes > 0", "always"): "memory that nobody reads",
    ("cuda/tuning_file.cpp", "!error", "half a condition"): "the file was just read and written beside: no way to fail",
    ("cuda/tuning_file.cpp", "if (made < 0)", "never"): "opening fails then as well, for the same reason",
    ("cuda/tuning_file.cpp", "error ?", "never"): "the file was just read and written beside: no way to fail",
    **dict.fromkeys([(f"yy/device_{where}.cpp", f"{what}.reserve(", "left out") for where, what in (
        ("cascade", "waiting_"), ("cascade", "answers_"), ("steps", "lane->tickets"), ("steps", "lane->is_staged"))],
        "memory that is taken later"),
    **dict.fromkeys([("yy/device_steps.cpp", what, "left out") for what in (
        "lane->board.upload", "compute_->run(recipe.launches)", "compute_->run(recipe.body)")],
        "what a GPU does only once would happen while the step is recorded"),
    ("yy/device_cascade.cpp", "if (stream != nullptr)", "never"): "nothing is under way after a flush",
    ("yy/device_cascade.cpp", "stream != nullptr", "always"): "the destructor runs only where all were made",
    ("yy/device_cascade.cpp", "longest_queue_ > queue_capacity()", "half a condition"): "the device's own count says so too",
}

# Tests that know a source, as gtest patterns; "Pad_*" stands for the cases of Pad. Other sources stay as they are.
tests_of = {
    "batch_norm": "BatchNorm*",
    "binary": "Add_* Sub_* Mul_* Div_*",
    "cast": "Cast_*",
    "copy": "Concat_* Slice_* Split_* Transpose_* Expand_*",
    "gather": "Gather_* ChannelMap*",
    "layer_norm": "LayerNorm*",
    "lrn": "LRN_*",
    "mean": "ReduceMean_* GlobalAveragePool_*",
    "pad": "Pad_*",
    "concat": "Concat_* Joined.*",
    "pool": "MaxPool_* AveragePool_* Joined.*",
    "pow": "Pow_*",
    "probe": "Probe_* CascadeKernels.*",
    "resample": "DeviceResample*",
    "rows": "GatherRows_* ScatterRows_* CascadeKernels.*",
    "select": "Select_* CascadeKernels.*",
    "normalise_rows": "NormaliseRows_* DecidedOnCuda.As*",
    "queue": "Enqueue_* Dequeue_* DecidedOnCuda.As*",
    "softmax": "Softmax_*",
    "squeeze_excite": "SqueezeExcite*",
    "unary": "Relu_* Clip_* Sigmoid_*",
    **dict.fromkeys(["depthwise", "grouped", "implicit_gemm"], "Conv_* Joined.*"),
    **dict.fromkeys(["gemm", "gemv"], "Gemm_* MatMul_*"),
    **dict.fromkeys(["tile", "finish"], "Gemm_* MatMul_* Conv_* Joined.*"),
    **dict.fromkeys(["staging", "stream", "cuda_backend"], "Streams.* DevicePictures.* Nvtx.* Failing* DeviceDebug.*"),
    "reduce": "Softmax_* LayerNorm*",
}
Run = collections.namedtuple("Run", "program tests environment")
schedules = ["order", "random:1", "resident:2"]
runs_of = {stem: [Run("test_cuda_sim_plain", tests, {"YY_CUSIM": schedule}) for schedule in schedules]
           for stem, tests in tests_of.items()}

# Code that needs the libraries, or only is tested with them.
by_cudnn, by_cublaslt = {"YY_CUSIM": "order", "YY_CUDNN_DEVICE": "a100"}, {"YY_CUSIM": "order", "YY_CUBLASLT": "1"}
for stem in ("cudnn_graph", "cudnn_conv"):
    runs_of[stem] = [Run("test_cuda_sim_plain", "Joined.* Conv_*_last Conv_*_float16 Conv_3x3_*_last_*_sums", by_cudnn),
                     Run("test_cuda_cudnn", "Cudnn* NetsByCudnn.* *NetsOnCuda.*resnet8 *NetsOnCuda.*squeezenet1_1", by_cudnn)]
for stem in ("cublaslt_product", "cublaslt_layer"):
    runs_of[stem] = [Run("test_cuda_sim_plain", "Joined.* Gemm_* MatMul_* Conv_* Weights.*", by_cublaslt),
                     Run("test_cuda_cublaslt", "CublasLt*", by_cublaslt)]
for stem in ("choose", "trial", "tuning_file"):
    runs_of[stem] = [Run("test_cuda_cublaslt", "Chosen* Trials.* TuningFiles.*", by_cudnn | by_cublaslt)]
for stem in ("device_cascade", "device_steps", "recording"):
    runs_of[stem] = [Run("test_cuda_sim_plain", "DecidedOnCuda.As* DecidedOnCuda.Without* Calls.* DevicePictures.* Failing* DeviceDebug.*", {"YY_CUSIM": schedule})
                     for schedule in ("order", "random:1")] + [Run("test_cascade", "DecidedByDevice.*", {})]

# Rules: name, what the place looks like, what stands there instead; @ is the question whether the mutant is on.
kernel_rules = [
    ("no barrier", r"__syncthreads\(\);", r"if (!@) __syncthreads();"),
    ("no warp sync", r"__syncwarp\([^()]*\);", r"if (!@) \g<0>"),
    ("no shuffle", r"__shfl_\w+\(\w+, ([\w.]+), [^()]*\)", r"(@ ? \1 : \g<0>)"),
    ("no ballot", r"__ballot_sync\(\w+, (\w+)\)", r"(@ ? unsigned{\1} : \g<0>)"),
    ("no return", r"if \(((?:[^()]|\([^()]*\))*(?:[<>]=?) (?:[^()]|\([^()]*\))*)\) return;", r"if (!@ && (\1)) return;"),
    ("no bound check", r"if \(([\w.]+ \+ \w+ <= [\w.]+)\) \{", r"if (@ || \1) {"),
    ("no bound check", r"if \(([^()]*\b(?:i|k|c|output|channel) < [^()]*)\)", r"if (@ || (\1))"),
    ("all exist", r"(const bool exists = )([^;]+);", r"\1@ || (\2);"),
    ("one too many", r"(for \([^;]+; \w+ < )((?:\w+\.)?(?:elements|each|squeezed|classes|count|end|valid))\b",
     r"\1\2 + @"),
    ("all exist", r"((?<=if \()to\.packs(?=\))|args\.filters == filters)", r"(@ || \1)"),
    ("not wide", r"\|\| (finish\.wide)", r"|| (!@ && \1)"),
    ("no gap", r"\bto\.pixel \* finish\.gap", r"(@ ? 0 : \g<0>)"),
    ("no gap", r"args\.out_pixel", r"(@ ? args.channels : \g<0>)"),
    ("no minimum", r"(?<![:\w])min\(([^(),]+), ([^(),]+)\)", r"(@ ? \1 : \g<0>)"),
]
stream_rules = [
    ("no fence", r"YY_CUDA\(cudaEvent(?:Synchronize|Record)\([^;]*;", r"if (!@) \g<0>"),
    ("no wait", r"(?<=  )(?:YY_CUDA\()?cudaStreamSynchronize\([^;]*;", r"if (!@) \g<0>"),
    ("no wait", r"(?<=  )wait\(\);", r"if (!@) \g<0>"),
    ("no delivery", r"downloads_\.deliver\(\);", r"if (!@) \g<0>"),
    ("buffers take no turns", r"next_ = [^;]*;", r"if (!@) \g<0>"),
    ("no bound check", r"if \((slot\.bytes < bytes|used_ \+ bytes > bytes_|used_ > 0)\)", r"if (!@ && \1)"),
    ("not counted", r"(?:used_ \+= bytes|used_ = 0|pending_\.clear\(\));", r"if (!@) \g<0>"),
]

# Of code that makes and chooses kernels. A ` hides a replacement from the rules that follow.
inner = functools.reduce(lambda inside, _: rf"(?:[^()]|\({inside}*\))", range(5), "[^()]")  # balanced parentheses
operand = (r"(?!!?yy_mutant)!?(?:\w|::|\.|->)+(?:\((?:[^()]|\([^()]*\))*\))?(?: (?:[=!]=|[<>]=?) [\w:.]+(?:\(\))?)?"
           r"(?=[);,\n]| &&| \|\|| \?)")
begins = r"(?:(?<=\()|(?<=, )|(?<=return )|(?<=[^=!<>]= ))"
twins = [  # what they belong to; then two of one type
    (r"problem_?", "pads_before", "pads_after"), (r"problem_?", "stride", "dilation"), (r"problem_?", "x", "y"),
    (r"problem_?|p", "read", "written"), (r"problem", "alignment()", "y_alignment()"), (r"p", "rows", "columns"),
    (r"p", "depth", "columns"), (r"p", "y_pitch()", "columns"), (r"at|at_|layouts", "x", "w"),
    (r"layouts", "residual", "y"), (r"layer", "alpha", "beta"), (r"layer", "depth", "columns"),
    (r"cudnn_ids", "x", "w"), (r"cudnn_ids", "residual", "bias"), (r"cudnn::PointwiseMode", "add", "relu"),
    (r"cudnn::DataType", "float16", "bfloat16"), (r"cudnn::HeuristicMode", "a", "fallback"),
    (r"cublaslt::ComputeType", "tf32", "float32"), (r"cublaslt::Epilogue", "relu", "relu_of_bias"),
    (r"cublaslt::Epilogue", "none", "bias")]
instead = [*twins, *((owner, b, a) for owner, a, b in twins), (r"at_?", "residual", "y"),
           *((r"at", f"inputs[{of}].data", f"{to}puts[0].data") for of, to in ((0, "out"), (2, "in"), (3, "out")))]
host_rules = [
    ("a pitch of 0", r"(?<![\w.])(?:(?:\w+\.)+\w*pitch\b(?!\(| =)|gap_of\(\w+\))", r"(@ ? 0 : \g<0>)"),
    ("not forbidden", r"cublaslt::numerics::\w+", r"(@ ? 0 : \g<0>)"),
    ("no workspace", r"\bat_?\.workspace\b(?! =)", r"(@ ? nullptr : \g<0>)"),
    ("no limit", rf"std::m(?:in|ax)(?:<[^<>]*>)?\(((?:[^(),]|\([^()]*\))+), {inner}+?\)", r"(@ ? (\1) : \g<0>)"),
    ("no complaint", r"return (\"[^\"]*\");", r"return @ ? nullptr : \1;"),
    ("the opposite", r"return (true|false);", r"return @ != \1;"),
    ("no one more", r" \+ 1(?=[,)])", r" + !@"),
    ("a limit moved", r"(?<=[\w)]) <= (?=\w)", r" + @ <= "),
    ("half a condition", rf" && ({operand})", r" &&` (@ ||` \1)"),
    ("half a condition", rf" \|\| ({operand})", r" ||` (!@ &&` \1)"),
    ("half a condition", rf"{begins}({operand})(?= &&)", r"(@ ||` \1)"),
    ("half a condition", rf"{begins}({operand})(?= \|\|)", r"(!@ &&` \1)"),
    ("never", rf"{begins}({operand}) \?(?! \")", r"(!@ &&` \1) ?"),
    ("always", r"\((!yy_mutant\(\d+\) &&` [^?\n]*)\) \?(?! \")", r"(@ ||` \1) ?"),
    ("never", rf"if \((?!(?:const )?(?:auto|char)\b)({inner}*)\)(?=\s)", r"if (!@ &&` (\1))"),
    ("always", rf"if \((!yy_mutant{inner}*)\)(?=\s)", r"if (@ ||` (\1))"),
    ("never", rf"if \(((?:const )?\w+\* \w+ = )({inner}*)\)(?=\s)", r"if (\1@ ? nullptr : \2)"),
    ("never", rf"if \(((?:const )?auto \w+ = )({inner}*)\)(?=\s)", r"if (\1@ ? std::nullopt : \2)"),
    *(("its twin", rf"(?<![\w.>])((?:\w+\.)*(?:{owner})(?:\.|->|::)){re.escape(a)}(?![\w(]| =[^=])",
       rf"(@ ? \1`{b} : \g<0>)") for owner, a, b in instead),
    ("always", r"(writes_slice = )([^;]+);", r"\1@ || (\2);"),
    ("left out", r"(?<=[;{}):.]\n)( +)((?:\w+(?:\.|->))*\w+(?:\[\w*\])? (?:[-+*|]?=) [^;]+;)", r"\1if (!@) \2"),
    ("left out", r"(?<=[;{}):.]\n)( +)((?:\w+(?:\.|->|::))*\w+\([^;{]*\)(?:\.\w+\([^;{]*\))*;)", r"\1if (!@) \2"),
    ("no lock", r"const std::lock_guard lock\(([^;]*)\);",
     r"std::unique_lock lock(\1, std::defer_lock); if (!@) lock.lock();"),
    ("as for the first executor", r"pack = (variant_pack\([^()]*\))",
     r"pack = yy_first(@, made.get(), [&] { return \1; })"),
    ("as for the first executor", r"operation_ = (make_operation\((?:[^()]|\(\))*\))",
     r"operation_ = yy_first(@, plan_.layouts.get(), [&] { return \1; })"),
]
stream_files = ["cuda/staging.cpp", "cuda/stream.cpp", "cuda/cuda_backend.cpp"]
host_files = [f"cuda/{stem}.cpp" for stem in ("choose", "concat", "cublaslt_layer", "cublaslt_product", "cudnn_conv",
                                              "cudnn_graph", "pool", "recording", "trial", "tuning_file")]
host_files += ["yy/device_cascade.cpp", "yy/device_steps.cpp"]

question = """#pragma once
#include <map>
#include <mutex>
bool yy_mutant(int number);
template <class Make> auto yy_first(bool mutant, const void* of, Make make) {  // what was made first of that
  static std::map<const void*, decltype(make())> made;
  return mutant ? made.try_emplace(of, make()).first->second : make();
}
"""
answer = ('#include <cstdlib>\nbool yy_mutant(int number) {\n  static const char* on = std::getenv("YY_MUTANT");\n'
          '  return on != nullptr && std::atoi(on) == number;\n}\n')

Mutant = collections.namedtuple("Mutant", "number file line text place rule")


def rewrite(path, rules, mutants):
    """The file's text with a question at each place; appends the mutants."""
    text = (root / path).read_text()
    for rule, pattern, replacement in rules:
        def ask(match):
            begin = text.rfind("\n", 0, match.start()) + 1
            line = text[begin:text.find("\n", match.start())].strip()
            if line.startswith("//") or "constexpr" in line or "format(" in text[begin:match.start()]:
                return match.group(0)
            number = text.count("\n", 0, match.start()) + 1
            original = (root / path).read_text().splitlines()[number - 1].strip()
            place = re.sub(r"!?yy_mutant\(\d+\) (?:\|\||&&|\?)`? ?", "", " ".join(match.group(0).split()))
            mutants.append(Mutant(len(mutants), str(path), number, original, place, rule))
            return match.expand(replacement).replace("@", f"yy_mutant({mutants[-1].number})")
        text = re.sub(pattern, ask, text)
    return text.replace("`", "")


class Build:
    """Test programs, whose objects are compiled again from the rewritten sources."""

    def __init__(self, build, targets, folder):
        self.build, self.folder = build, folder
        entries = json.loads((build / "compile_commands.json").read_text())
        self.commands = [shlex.split(entry["command"]) for entry in entries
                         if re.search("-o (tests/cuda/CMakeFiles/yy_cuda_plain_|cuda/CMakeFiles/yy_cuda_host|yy/CMakeFiles/yy_yy)", entry["command"])]
        self.link_commands = []
        for target in targets:
            commands = subprocess.run(["ninja", "-t", "commands", target], cwd=build, check=True, text=True,
                                      capture_output=True).stdout.strip().splitlines()
            link = shlex.split(commands[-1].replace(": && ", "").replace(" && :", ""))
            link[link.index("-o") + 1] = str(folder / target)
            self.link_commands.append(link)

    def compile(self, stem, source, is_kernel):
        endings = (f"/kernels/{stem}.cu.o",) if is_kernel else (f"yy_cuda_host.dir/{stem}.cpp.o", f"yy_yy.dir/{stem}.cpp.o")
        command = next(list(c) for c in self.commands if c[c.index("-o") + 1].endswith(endings))
        output = command[command.index("-o") + 1]
        for option in ("-MT", "-MF", "-o", "-c"):
            if option in command:
                at = command.index(option)
                del command[at:at + 2]
        command = [word for word in command if word not in ("-MD", "-O3")]
        at = next(i for i, word in enumerate(command) if word.startswith("-"))
        command[at:at] = [f"-I{self.folder}", "-O1", "-w"]
        if is_kernel:
            command += ["-g1", "-fsanitize=thread", "-include", str(root / "tests/cusim/race/memory_calls.h")]
        else:
            command.append("-D_GLIBCXX_ASSERTIONS")
        made = self.folder / pathlib.Path(output).name
        command += ["-include", str(self.folder / "question.h"), "-x", "c++", "-c", str(source), "-o", str(made)]
        subprocess.run(command, cwd=self.build, check=True)
        for link in self.link_commands:  # before the library, if that is where it was
            at = link.index(output if output in link else "libyinyang.a")
            link[at:at + (output in link)] = [str(made)]

    def link(self):
        (self.folder / "answer.cpp").write_text(answer)
        made = self.folder / "answer.o"
        subprocess.run(["c++", "-O1", "-c", str(self.folder / "answer.cpp"), "-o", str(made)], check=True)
        for link in self.link_commands:
            link.insert(link.index("-o"), str(made))
            subprocess.run(link, cwd=self.build, check=True)


def pattern_of(names):
    return ":".join(name if "." in name else f"*cuda_0_{name}" if "_" in name else f"*{name}" for name in names.split())


def verdict(folder, mutant, run, limit):
    """What killed the mutant, or None."""
    environment = dict(os.environ, YY_MUTANT=str(mutant), YY_RANDOM="3", TEST_TMPDIR=str(folder), **run.environment)
    command = [str(folder / run.program), f"--gtest_filter={pattern_of(run.tests)}", "--gtest_fail_fast",
               "--gtest_brief=1"]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", timeout=limit)
    except subprocess.TimeoutExpired:
        return "does not end"
    if done.returncode == 0:
        if "] 0 tests from" in done.stdout:
            sys.exit(f"no tests {run.tests}")
        return None
    if done.returncode == 77:
        return "skipped"
    said = done.stdout + done.stderr
    for kind, words in (("race", r"[^\n]*\braces?\b[^\n]*"), ("memory", r"[^\n]*(?:may not|behind an alloc|wrote outside)[^\n]*"),
                        ("barrier", r"[^\n]*(?:barrier|__sync|_sync)[^\n]*")):
        if found := re.search(words, said):
            return f"{kind}: {found.group(0).strip()[:110]}"
    if done.returncode < 0:
        return f"signal: {-done.returncode}"
    failed = re.search(r"\[  FAILED  \] (\S+?)[,\s]", said)
    return f"values: {failed.group(1)[:90] if failed else said.strip()[-90:]}"


def reason_for(mutant):
    for (file, piece, rule), reason in equivalent.items():
        if mutant.file == file and (piece in mutant.place or mutant.text.startswith(piece)) and mutant.rule == rule:
            return reason
    return None


def prepare(build_folder, names, folder):
    """Compiles and links; returns the mutants."""
    mutants, sources = [], []
    kernels = sorted(root.glob("cuda/kernels/*.cu"))
    for path in [*kernels, *sorted(root.glob("cuda/private/*.cuh")), *(root / f for f in stream_files + host_files)]:
        if path.stem not in (names or runs_of):
            continue
        relative = path.relative_to(root)
        rules = kernel_rules if path.suffix != ".cpp" else stream_rules if str(relative) in stream_files else host_rules
        (folder / relative).parent.mkdir(parents=True, exist_ok=True)
        before = len(mutants)
        (folder / relative).write_text(rewrite(relative, rules, mutants))
        if len(mutants) > before:
            sources.append(path)
    (folder / "question.h").write_text(question)
    build = Build(build_folder, {run.program for path in sources for run in runs_of[path.stem]}, folder)
    headers = {path.name for path in sources if path.suffix == ".cuh"}
    for path in kernels:
        rewritten = folder / path.relative_to(root)
        uses = any(f"/{name}\"" in path.read_text() for name in headers) or ("tile.cuh" in path.read_text() and headers)
        if path in sources or uses:
            build.compile(path.stem, rewritten if path in sources else path, True)
    for path in sources:
        if path.suffix == ".cpp":
            build.compile(path.stem, folder / path.relative_to(root), False)
    build.link()
    return mutants


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--files", nargs="*", default=[], help="without their endings; all by default")
    parser.add_argument("--count", type=int, help="so many mutants, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    begin = time.time()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        mutants = prepare(args.build.resolve(), args.files, folder)
        print(f"{len(mutants)} mutants compiled in {time.time() - begin:.0f} s", flush=True)
        if args.count and args.count < len(mutants):
            mutants = sorted(random.Random(args.seed).sample(mutants, args.count))
        limits, failing, skipped = {}, set(), set()
        for stem in sorted({pathlib.Path(m.file).stem for m in mutants}):
            started = time.time()
            for run in runs_of[stem]:
                if trouble := verdict(folder, -1, run, 1200):
                    print(f"{stem} without a mutant: {trouble}")
                    (skipped if trouble == "skipped" else failing).add(stem)
                    break
            limits[stem] = 30 + 5 * (time.time() - started)
        mutants = [m for m in mutants if pathlib.Path(m.file).stem not in failing | skipped]
        counts = collections.Counter()
        for mutant in mutants:
            stem, killer = pathlib.Path(mutant.file).stem, None
            for run in runs_of[stem]:
                if killer := verdict(folder, mutant.number, run, limits[stem]):
                    killer = f"killed ({run.program}, {run.environment.get('YY_CUSIM', 'on the CPU')}) by {killer}"
                    break
            result = killer or (f"equivalent: {reason_for(mutant)}" if reason_for(mutant) else "SURVIVED")
            counts["killed by " + killer.split(" by ")[1].split(":")[0] if killer else result.split(":")[0]] += 1
            of = "" if mutant.place in mutant.text[:70] and len(mutant.place) > 30 else f"  [{mutant.place[:60]}]"
            print(f"{mutant.file}:{mutant.line} {mutant.rule}: {mutant.text[:70]}{of}\n    {result}", flush=True)
    print(f"{len(mutants)} mutants in {time.time() - begin:.0f} s: " +
          ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    return 1 if counts["SURVIVED"] or failing else 0


if __name__ == "__main__":
    sys.exit(main())
