#!/usr/bin/env python3
"""Breaks the CUDA room on purpose and asks whether a test notices.

A mutant is one place of one source without its barrier, shuffle, bound check, event, wait... All mutants of a
file are compiled at once: each place asks yy_mutant(NUMBER), which the environment variable YY_MUTANT answers.
Kernels are compiled in the race flavour, which sees races and wrong accesses to memory; host code as it is, on
streams that run as late as CUDA allows. Ends with 1 if a mutant survives that is not in `equivalent`.

  mutants.py --build build/release                     after building test_cuda_sim_plain there
  mutants.py --build build/release --files select mean --count 10 --seed 3
"""
import argparse
import collections
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

# Mutants that do no harm, with the reason: (file, a piece of the line, the rule).
equivalent = {
    ("cuda/kernels/implicit_gemm.cu", "min(column, args.columns - 1)", "no minimum"):
        "a filter that does not exist has no depth, so nothing is read at its address",
    ("cuda/kernels/resample.cu", "if (row >= job.rows) return;", "no return"):
        "no row is left then, so nothing of the pictures is read or written",
    ("cuda/kernels/rows.cu", "if (n >= arguments.words) return;", "no return"):
        "a word behind the last row's is in a row that is not below the count either",
    ("cuda/kernels/select.cu", "for (int first = 0; first < valid;", "one too many"):
        "a round more finds no row, since each thread asks whether its row is valid",
    ("cuda/staging.cpp", "next_ = ", "buffers take no turns"): "slower: every copy waits for the one before",
    ("cuda/stream.cpp", "cudaStreamSynchronize(stream_.get());", "no wait"):
        "in the destructor; freeing the pinned buffers waits for the device, on GPUs too, though nobody promises it",
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
    "pool": "MaxPool_* AveragePool_*",
    "pow": "Pow_*",
    "probe": "Probe_* CascadeKernels.*",
    "resample": "DeviceResample*",
    "rows": "GatherRows_* ScatterRows_* CascadeKernels.*",
    "select": "Select_* CascadeKernels.*",
    "softmax": "Softmax_*",
    "squeeze_excite": "SqueezeExcite*",
    "unary": "Relu_* Clip_* Sigmoid_*",
    **dict.fromkeys(["depthwise", "grouped", "implicit_gemm"], "Conv_*"),
    **dict.fromkeys(["gemm", "gemv"], "Gemm_* MatMul_*"),
    **dict.fromkeys(["tile", "finish"], "Gemm_* MatMul_* Conv_*"),
    **dict.fromkeys(["staging", "stream", "cuda_backend"], "Streams.*"),
    "reduce": "Softmax_* LayerNorm*",
}

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
    ("no minimum", r"(?<![:\w])min\(([^(),]+), ([^(),]+)\)", r"(@ ? \1 : \g<0>)"),
]
host_rules = [
    ("no fence", r"YY_CUDA\(cudaEvent(?:Synchronize|Record)\([^;]*;", r"if (!@) \g<0>"),
    ("no wait", r"(?:YY_CUDA\()?cudaStreamSynchronize\([^;]*;", r"if (!@) \g<0>"),
    ("no wait", r"(?<=  )wait\(\);", r"if (!@) \g<0>"),
    ("no delivery", r"downloads_\.deliver\(\);", r"if (!@) \g<0>"),
    ("buffers take no turns", r"next_ = [^;]*;", r"if (!@) \g<0>"),
    ("no bound check", r"if \((slot\.bytes < bytes|used_ \+ bytes > bytes_|used_ > 0)\)", r"if (!@ && \1)"),
    ("not counted", r"(?:used_ \+= bytes|used_ = 0|pending_\.clear\(\));", r"if (!@) \g<0>"),
]
host_files = ["cuda/staging.cpp", "cuda/stream.cpp", "cuda/cuda_backend.cpp"]
schedules = ["order", "random:1", "resident:2"]

question = 'bool yy_mutant(int number);\n'
answer = ('#include <cstdlib>\nbool yy_mutant(int number) {\n  static const char* on = std::getenv("YY_MUTANT");\n'
          '  return on != nullptr && std::atoi(on) == number;\n}\n')

Mutant = collections.namedtuple("Mutant", "number file line text rule")


def rewrite(path, rules, mutants):
    """The file's text with a question at each place; appends the mutants."""
    text = (root / path).read_text()
    for rule, pattern, replacement in rules:
        def ask(match):
            begin = text.rfind("\n", 0, match.start()) + 1
            line = text[begin:text.find("\n", match.start())].strip()
            if line.startswith("//") or "constexpr" in line:
                return match.group(0)
            number = text.count("\n", 0, match.start()) + 1
            original = (root / path).read_text().splitlines()[number - 1].strip()
            mutants.append(Mutant(len(mutants), str(path), number, original, rule))
            return match.expand(replacement).replace("@", f"yy_mutant({mutants[-1].number})")
        text = re.sub(pattern, ask, text)
    return text


class Build:
    """The simulated test program, whose objects are compiled again from the rewritten sources."""

    def __init__(self, build, target, folder):
        self.build, self.folder = build, folder
        entries = json.loads((build / "compile_commands.json").read_text())
        self.commands = [shlex.split(entry["command"]) for entry in entries
                         if re.search("-o (tests/cuda/CMakeFiles/yy_cuda_plain_|cuda/CMakeFiles/yy_cuda_host)", entry["command"])]
        commands = subprocess.run(["ninja", "-t", "commands", target], cwd=build, check=True, text=True,
                                  capture_output=True).stdout.strip().splitlines()
        self.link_command = shlex.split(commands[-1].replace(": && ", "").replace(" && :", ""))
        self.link_command[self.link_command.index("-o") + 1] = str(folder / "program")

    def compile(self, stem, source, is_kernel):
        ending = f"/kernels/{stem}.cu.o" if is_kernel else f"yy_cuda_host.dir/{stem}.cpp.o"
        command = next(list(c) for c in self.commands if c[c.index("-o") + 1].endswith(ending))
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
        made = self.folder / f"{stem}.o"
        command += ["-include", str(self.folder / "question.h"), "-x", "c++", "-c", str(source), "-o", str(made)]
        subprocess.run(command, cwd=self.build, check=True)
        self.link_command = [str(made) if word == output else word for word in self.link_command]

    def link(self):
        (self.folder / "answer.cpp").write_text(answer)
        made = self.folder / "answer.o"
        subprocess.run(["c++", "-O1", "-c", str(self.folder / "answer.cpp"), "-o", str(made)], check=True)
        self.link_command.insert(self.link_command.index("-o"), str(made))
        subprocess.run(self.link_command, cwd=self.build, check=True)


def pattern_of(names):
    return ":".join(name if "." in name else f"*cuda_0_{name}" if "_" in name else f"*{name}" for name in names.split())


def verdict(program, mutant, stem, schedule, limit):
    """What killed the mutant, or None."""
    environment = dict(os.environ, YY_MUTANT=str(mutant), YY_CUSIM=schedule, YY_RANDOM="3")
    command = [str(program), f"--gtest_filter={pattern_of(tests_of[stem])}", "--gtest_fail_fast", "--gtest_brief=1"]
    try:
        run = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", timeout=limit)
    except subprocess.TimeoutExpired:
        return "does not end"
    if run.returncode == 0:
        if "] 0 tests from" in run.stdout:
            sys.exit(f"no test for {stem}")
        return None
    said = run.stdout + run.stderr
    for kind, words in (("race", r"[^\n]*\braces?\b[^\n]*"), ("memory", r"[^\n]*(?:may not|behind an alloc|wrote outside)[^\n]*"),
                        ("barrier", r"[^\n]*(?:barrier|__sync|_sync)[^\n]*")):
        if found := re.search(words, said):
            return f"{kind}: {found.group(0).strip()[:110]}"
    if run.returncode < 0:
        return f"signal: {-run.returncode}"
    failed = re.search(r"\[  FAILED  \] (\S+?)[,\s]", said)
    return f"values: {failed.group(1)[:90] if failed else said.strip()[-90:]}"


def reason_for(mutant):
    for (file, piece, rule), reason in equivalent.items():
        if mutant.file == file and piece in mutant.text and mutant.rule == rule:
            return reason
    return None


def prepare(build, names, folder):
    """Compiles and links; returns the mutants."""
    mutants, sources = [], []
    kernels = sorted(root.glob("cuda/kernels/*.cu"))
    for path in [*kernels, *sorted(root.glob("cuda/private/*.cuh")), *(root / f for f in host_files)]:
        if path.stem not in (names or tests_of):
            continue
        relative = path.relative_to(root)
        rules = host_rules if path.suffix == ".cpp" else kernel_rules
        (folder / relative).parent.mkdir(parents=True, exist_ok=True)
        before = len(mutants)
        (folder / relative).write_text(rewrite(relative, rules, mutants))
        if len(mutants) > before:
            sources.append(path)
    (folder / "question.h").write_text(question)
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
    parser.add_argument("--target", default="test_cuda_sim_plain")
    parser.add_argument("--files", nargs="*", default=[], help="without their endings; all by default")
    parser.add_argument("--count", type=int, help="so many mutants, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    begin = time.time()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        mutants = prepare(Build(args.build.resolve(), args.target, folder), args.files, folder)
        print(f"{len(mutants)} mutants compiled in {time.time() - begin:.0f} s", flush=True)
        if args.count and args.count < len(mutants):
            mutants = sorted(random.Random(args.seed).sample(mutants, args.count))
        limits, failing = {}, set()
        for stem in sorted({pathlib.Path(m.file).stem for m in mutants}):
            started = time.time()
            for schedule in schedules:
                if trouble := verdict(folder / "program", -1, stem, schedule, 1200):
                    print(f"{stem} fails without a mutant: {trouble}")
                    failing.add(stem)
                    break
            limits[stem] = 30 + 5 * (time.time() - started)
        mutants = [m for m in mutants if pathlib.Path(m.file).stem not in failing]
        counts = collections.Counter()
        for mutant in mutants:
            stem, killer = pathlib.Path(mutant.file).stem, None
            for schedule in schedules:
                if killer := verdict(folder / "program", mutant.number, stem, schedule, limits[stem]):
                    killer = f"killed ({schedule}) by {killer}"
                    break
            result = killer or (f"equivalent: {reason_for(mutant)}" if reason_for(mutant) else "SURVIVED")
            counts["killed by " + killer.split(" by ")[1].split(":")[0] if killer else result.split(":")[0]] += 1
            print(f"{mutant.file}:{mutant.line} {mutant.rule}: {mutant.text[:70]}\n    {result}", flush=True)
    print(f"{len(mutants)} mutants in {time.time() - begin:.0f} s: " +
          ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    return 1 if counts["SURVIVED"] or failing else 0


if __name__ == "__main__":
    sys.exit(main())
