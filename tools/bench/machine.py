"""What ran a benchmark, and how much else it ran meanwhile. Linux only."""
import hashlib
import os
from pathlib import Path
import platform
import re
import resource


def describe() -> dict:
    """CPU model, numbers of CPUs, kernel, and the instruction sets that decide."""
    cpu = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.*)$", cpu, re.MULTILINE)
    flags = set((re.search(r"^flags\s*:\s*(.*)$", cpu, re.MULTILINE) or ["", ""])[1].split())
    return {"cpu": model[1] if model else "unknown", "cpus": os.cpu_count(),
            "cpus_of_this_process": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "flags": {flag: flag in flags for flag in ("avx2", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16")}}


def busy_seconds() -> float:
    """CPU seconds that this machine's CPUs were not idle since it started, time taken by its host included."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def children_seconds() -> float:
    """CPU seconds of the processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def digest(path: Path) -> str:
    """SHA-256, to tell one build from another."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
