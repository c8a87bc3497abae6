"""Writes scikit-learn's handwritten digits as a labelled folder of PNG pictures.

usage: python tools/zoo/digits.py OUTPUT_DIR [--half train|test|all] [--count N]

OUTPUT_DIR/CLASS/NNNN.png, where CLASS is the digit and NNNN the picture's index in load_digits(): 8x8 grey values of
0..16, stretched to 0..255 and doubled to 16x16. The `test` half (default) was not seen by tools/zoo/train_digits.py.
--count takes the first N pictures of the half, in its shuffled order.
"""
import argparse
import io
from pathlib import Path

import numpy as np

from files import ZooError, run_main, write_atomic

SIDE = 16        # of a written picture
SPLIT_SEED = 1797
CLASSES = [f"{digit}" for digit in range(10)]


def load() -> tuple[np.ndarray, np.ndarray]:
    """All pictures as [1797, 16, 16] uint8, and their digits."""
    from sklearn.datasets import load_digits
    digits = load_digits()
    grey = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    return grey.repeat(2, axis=1).repeat(2, axis=2), digits.target.astype(np.int64)


def halves(count: int) -> dict[str, np.ndarray]:
    """Indices by half. RandomState, because its permutations are frozen across numpy's versions."""
    order = np.random.RandomState(SPLIT_SEED).permutation(count)
    return {"train": order[:count // 2], "test": order[count // 2:], "all": np.arange(count)}


def png_bytes(picture: np.ndarray) -> bytes:
    from PIL import Image
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, metavar="OUTPUT_DIR")
    parser.add_argument("--half", choices=("train", "test", "all"), default="test")
    parser.add_argument("--count", type=int, help="only the first N pictures of the half")
    arguments = parser.parse_args()
    if arguments.count is not None and arguments.count < 1:
        raise ZooError("--count: expected a positive number")
    pictures, labels = load()
    chosen = halves(len(labels))[arguments.half][:arguments.count]
    for index in chosen:
        write_atomic(arguments.output / CLASSES[labels[index]] / f"{index:04}.png", png_bytes(pictures[index]))
    print(f"{arguments.output}: {len(chosen)} pictures of the half '{arguments.half}'")


if __name__ == "__main__":
    run_main(main)
