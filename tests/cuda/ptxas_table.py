#!/usr/bin/env python3
"""Compiles the CUDA kernels for every architecture that we support and compares what ptxas says of them (registers, spills,
shared memory) with tests/cuda/ptxas.csv.

usage: ptxas_table.py --nvcc NVCC [--changed | --write]

--changed looks only at files that differ, with what they include, from those that the table was made from; --write enters
what these give into the table. Kernels must not spill. Ends with 1 where a number differs, 77 where nvcc is not the table's.
"""
import argparse
import csv
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests/cuda/ptxas.csv"
ARCHITECTURES = ["75", "80", "86", "89", "90", "120"]
FIELDS = ["file", "sha256", "kernel"] + [f"sm_{a}" for a in ARCHITECTURES] + ["shared"]


def contents(path, seen):
    """The bytes of a file of ours and of all that it includes of ours."""
    if path in seen or not path.exists():
        return b""
    seen.add(path)
    text = path.read_bytes()
    for name in re.findall(rb'^\s*#\s*include\s*"([^"]+)"', text, re.M):
        text += contents(ROOT / name.decode(), seen)
    return text


def fingerprint(path):
    return hashlib.sha256(contents(path, set())).hexdigest()[:16]


def nvcc_version(nvcc):
    return re.search(r"V([\d.]+)", subprocess.check_output([nvcc, "--version"], text=True)).group(1)


def short_name(symbol):
    """mean_rows<float, 4> of yy::cuda::(anonymous namespace)::mean_rows<float, 4>(...)."""
    name = subprocess.check_output(["c++filt", symbol], text=True).strip()
    name = name.replace("(anonymous namespace)::", "").replace("yy::cuda::", "").removeprefix("void ")
    depth = 0
    for i, c in enumerate(name):
        depth += (c == "<") - (c == ">")
        if c == "(" and depth == 0:
            return name[:i]
    return name


def measure(nvcc, path):
    """{kernel: {architecture: registers}, ...}, {kernel: shared bytes}, [complaints] of one file."""
    command = [nvcc, "-std=c++20", "--expt-relaxed-constexpr", f"-I{ROOT}", "-Xptxas", "-v", "--threads", "2"]
    for a in ARCHITECTURES:
        command += ["-gencode", f"arch=compute_{a},code=sm_{a}"]
    with tempfile.TemporaryDirectory() as folder:
        command += ["-c", str(path), "-o", os.path.join(folder, "kernel.o")]
        run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{path.name}: nvcc fails:\n{run.stderr}")
    registers, shared, spills = {}, {}, []
    kernel = arch = None
    for line in run.stderr.splitlines():
        if found := re.search(r"Compiling entry function '(\S+)' for 'sm_(\d+)'", line):
            kernel, arch = short_name(found.group(1)), found.group(2)
        elif found := re.search(r"(\d+) bytes spill stores", line):
            if found.group(1) != "0":
                spills.append(f"{path.name}: {kernel} spills {found.group(1)} bytes on sm_{arch}")
        elif found := re.search(r"Used (\d+) registers", line):
            registers.setdefault(kernel, {})[arch] = found.group(1)
            smem = re.search(r"(\d+) bytes smem", line)
            shared[kernel] = max(shared.get(kernel, 0), int(smem.group(1)) if smem else 0)
    return registers, shared, spills


def rows_of(nvcc, path):
    registers, shared, spills = measure(nvcc, path)
    rows = []
    for kernel in sorted(registers):
        row = {"file": path.name, "sha256": fingerprint(path), "kernel": kernel, "shared": str(shared[kernel])}
        row |= {f"sm_{a}": registers[kernel][a] for a in ARCHITECTURES}
        rows.append(row)
    return rows, spills


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nvcc", required=True)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--changed", action="store_true")
    how.add_argument("--write", action="store_true")
    options = parser.parse_args()
    version = nvcc_version(options.nvcc)

    known, table_version = [], None
    if TABLE.exists():
        with TABLE.open() as file:
            table_version = file.readline().removeprefix("# nvcc ").strip()
            known = list(csv.DictReader(file))
    if options.write and table_version != version:
        known = []
    elif table_version != version:
        print(f"skipped: the table is of nvcc {table_version}, this is {version}")
        sys.exit(77)

    complaints, written, looked_at = [], [], 0
    for path in sorted((ROOT / "cuda/kernels").glob("*.cu")):
        expected = [row for row in known if row["file"] == path.name]
        if (options.changed or options.write) and expected and expected[0]["sha256"] == fingerprint(path):
            written += expected
            continue
        rows, spills = rows_of(options.nvcc, path)
        looked_at += 1
        complaints += spills
        written += rows
        strip = lambda row: {k: v for k, v in row.items() if k != "sha256"}
        for row in rows:
            if not options.write and strip(row) not in [strip(e) for e in expected]:
                complaints.append(f"{path.name}: not in the table: {strip(row)}")
        gone = {e["kernel"] for e in expected} - {row["kernel"] for row in rows}
        if not options.write:
            complaints += [f"{path.name}: {kernel} is in the table and no more" for kernel in sorted(gone)]
    if options.write:
        with TABLE.open("w", newline="") as file:
            file.write(f"# nvcc {version}\n")
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(written)
    print("\n".join(complaints))
    print(f"{looked_at} files looked at, {len(complaints)} complaints"
          + ("" if options.write or not complaints else "; if they are meant: tests/cuda/ptxas_table.py --nvcc NVCC --write"))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
