"""Writes a few freely usable photographs for the demo, as they lie in the scikit-image wheel.

usage: python tools/zoo/sample_photos.py OUTPUT_DIR [--wheels DIR]

An installed scikit-image is read where it is; otherwise its wheel is downloaded by pip and opened as an archive. Neither
is imported. Needs nothing but Python and pip. A folder that has them all is left alone.
"""
import argparse
import importlib.util
from pathlib import Path

from files import ZooError, download_wheel, read_member, run_main, write_atomic

FOLDER = "skimage/data"
LIMIT = 4 << 20
SIGNATURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff"}

# All CC0 or public domain by their photographers, as scikit-image's documentation of skimage.data records.
PHOTOS = {
    "astronaut.png": "a portrait; no ImageNet class fits, so answers should be unsure (NASA)",
    "camera.png": "a camera on a tripod, grey (Lav Varshney)",
    "chelsea.png": "a tabby cat (Stefan van der Walt)",
    "clock_motion.png": "a wall clock, blurred by motion, grey (Stefan van der Walt)",
    "coffee.png": "an espresso (Rachel Michetti)",
    "rocket.jpg": "a Falcon 9 lifting off (SpaceX)",
}


def installed_folder() -> Path | None:
    """skimage/data of an installed scikit-image, found without importing it."""
    spec = importlib.util.find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "data"
    return folder if all((folder / name).is_file() for name in PHOTOS) else None


def read_photos(wheels: Path | None) -> tuple[str, dict[str, bytes]]:
    """Where the photographs came from, and their bytes by name."""
    if wheels is None and (folder := installed_folder()):
        source, photos = str(folder), {name: (folder / name).read_bytes() for name in PHOTOS}
    else:
        wheel = download_wheel("scikit-image", wheels)
        source, photos = wheel.name, {name: read_member(wheel, f"{FOLDER}/{name}", limit=LIMIT) for name in PHOTOS}
    for name, data in photos.items():
        if not data.startswith(SIGNATURES[Path(name).suffix]):
            raise ZooError(f"{source}: {name} is not a {Path(name).suffix[1:].upper()} file")
    return source, photos


def is_complete(folder: Path) -> bool:
    """Whether every photograph is there; written by rename, a file is whole when it exists."""
    return all((folder / name).is_file() for name in PHOTOS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, metavar="OUTPUT_DIR")
    parser.add_argument("--wheels", type=Path, metavar="DIR", help="take the wheel from DIR, download it into there")
    arguments = parser.parse_args()
    if is_complete(arguments.output):
        print(f"{arguments.output}: {len(PHOTOS)} photographs, left alone")
        return
    source, photos = read_photos(arguments.wheels)
    for name, data in photos.items():
        write_atomic(arguments.output / name, data)
    print(f"{arguments.output}: {len(photos)} photographs from {source}")


if __name__ == "__main__":
    run_main(main)
