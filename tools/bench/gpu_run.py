"""Programs that are given a time, and the file of results that says how each of them ended."""
from collections.abc import Callable
from dataclasses import dataclass
import json
import os
from pathlib import Path
import shlex
import signal
import subprocess
import sys
import time

import gpu_table
import machine
from rounds import BenchError

PASSED, FAILED, NOT_THERE, SKIPPED = "passed", "failed", "not there", "skipped"
LIBRARIES = ("YY_CUDNN", "YY_CUBLASLT")  # 1: convolutions by cuDNN, products by cuBLASLt
TAIL = 2000                              # characters of a program's output that a failure keeps


class Absent(Exception):
    """What a check needs is not on this machine."""


@dataclass(frozen=True)
class Ran:
    code: int
    stdout: str
    stderr: str
    others_cpus: float  # how many CPUs were busy with something else meanwhile


def command_text(command: list[str], libraries: tuple[str, ...] = ()) -> str:
    """As one would type it."""
    return " ".join([*(f"{name}=1" for name in libraries), shlex.join(command)])


def tail_of(*texts: str) -> str:
    return "\n".join(text.strip()[-TAIL:] for text in texts if text.strip())


def stop(process: subprocess.Popen) -> None:
    """With what it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    try:
        process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        pass


def run(command: list[str], limit_s: float, libraries: tuple[str, ...] = (), accept: tuple[int, ...] = (0,)) -> Ran:
    """Runs one program to its end. Throws Absent where it does not exist, BenchError with the end of its output where
    it takes longer than `limit_s` or ends with another code than those that are accepted."""
    environment = {name: value for name, value in os.environ.items() if name not in LIBRARIES}
    environment |= dict.fromkeys(libraries, "1")
    busy, used, start = machine.busy_seconds(), machine.children_seconds(), time.perf_counter()
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, errors="replace", env=environment, start_new_session=True)
    except OSError as error:
        raise Absent(f"{command[0]}: {error.strerror}") from None
    try:
        stdout, stderr = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired as late:
        stop(process)
        said = [text.decode(errors="replace") if isinstance(text, bytes) else text or ""
                for text in (late.stdout, late.stderr)]
        raise BenchError(f"still running after {limit_s:g} s: {command_text(command, libraries)}\n"
                         f"{tail_of(*said)}") from None
    except BaseException:
        stop(process)
        raise
    own = machine.children_seconds() - used
    others = max(0.0, machine.busy_seconds() - busy - own) / (time.perf_counter() - start)
    if process.returncode not in accept:
        how = f"signal {-process.returncode}" if process.returncode < 0 else f"exit code {process.returncode}"
        raise BenchError(f"{how}: {command_text(command, libraries)}\n{tail_of(stdout, stderr)}")
    return Ran(process.returncode, stdout, stderr, others)


def run_json(command: list[str], limit_s: float, libraries: tuple[str, ...] = ()) -> dict:
    """The JSON object that a program prints. What it says on stderr is kept, as `messages`."""
    ran = run(command, limit_s, libraries)
    try:
        found = json.loads(ran.stdout)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BenchError(f"expected JSON on stdout: {command_text(command, libraries)}\n{tail_of(ran.stdout)}")
    messages = {"messages": tail_of(ran.stderr)} if ran.stderr.strip() else {}
    return {**found, **messages, "others_cpus": ran.others_cpus}


def write_whole(path: Path, text: str) -> None:
    """So that nobody ever finds half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def worst(statuses: list[str]) -> str:
    """Of a part, by its items."""
    return next((status for status in (FAILED, PASSED, NOT_THERE) if status in statuses), SKIPPED)


class Part:
    """One part of the check: items, each of which may fail or not be there while the others go on."""

    def __init__(self, results: "Results", name: str) -> None:
        self.results, self.content = results, {"name": name, "status": "running", "seconds": 0.0, "items": []}

    def item(self, name: str, act: Callable[[], dict], **about: object) -> dict:
        """What `act` gives, with a status; `about` tells what it is about in any case."""
        print(f"{self.content['name']}: {name}", file=sys.stderr, flush=True)
        begun = time.perf_counter()
        entry = {"name": name, **about, "status": PASSED}
        try:
            entry |= act()
        except Absent as reason:
            entry |= {"status": NOT_THERE, "why": str(reason)}
        except Exception as error:  # whatever is wrong with one item, the others are worth having
            text = str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"
            entry |= {"status": FAILED, "why": text}
        entry["seconds"] = round(time.perf_counter() - begun, 3)
        if entry["status"] != PASSED:
            print(f"  {entry['status']}: {entry.get('why', '')}", file=sys.stderr, flush=True)
        self.content["items"].append(entry)
        self.results.save()
        return entry


class Results:
    """results.json and table.md of a folder, written anew after every item, so that what was measured is not lost."""

    def __init__(self, folder: Path, head: dict) -> None:
        self.folder = folder
        self.content = {"complete": False, "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                        "machine": machine.describe(), **head, "parts": []}

    def part(self, name: str, act: Callable[[Part], None] | None) -> None:
        """Without `act` it is skipped."""
        part, begun = Part(self, name), time.perf_counter()
        self.content["parts"].append(part.content)
        if act is not None:
            try:
                act(part)
            except Exception as error:  # in what lies between its items
                why = f"{type(error).__name__}: {error}"
                part.content["items"].append({"name": name, "status": FAILED, "why": why, "seconds": 0.0})
        part.content["status"] = worst([item["status"] for item in part.content["items"]])
        part.content["seconds"] = round(time.perf_counter() - begun, 3)
        self.save()

    def save(self) -> None:
        write_whole(self.folder / "results.json", json.dumps(self.content, indent=1) + "\n")
        write_whole(self.folder / "table.md", gpu_table.render(self.content))

    def finish(self) -> bool:
        """Whether all that ran passed."""
        self.content["complete"] = True
        self.save()
        return not any(part["status"] == FAILED for part in self.content["parts"])
