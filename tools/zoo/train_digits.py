"""Trains the two test models on half of scikit-learn's digits and writes them with their cards and class list.

usage: python tools/zoo/train_digits.py [--output tests/models] [--seed 7] [--epochs-yin N] [--epochs-yang N]

digits-yin.onnx is small and errs often; it ends in logits and takes 8x8 inputs, bilinear. digits-yang.onnx is a residual
net, nearly always right; it ends in Softmax and takes 16x16 inputs as they are. Their cards differ in every field but
the crop, and Yang's mean and std differ per channel, so that a mixed-up card or channel shows. Pictures are those of
tools/zoo/digits.py, prepared by Pillow as at run time. digits-split.txt records which pictures were trained on.

One thread, numpy only. The same seed and numpy build give the same files.
"""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: sums must not depend on the thread count

# pylint: disable=wrong-import-position
import argparse
from pathlib import Path
import time

import numpy as np
from PIL import Image

import digits
from card import prepare, write_card
from files import run_main, write_atomic
from numpy_cnn import Adam, BatchNorm, Chain, Clip, Conv, Linear, MaxPool, Pool, Residual
from onnx_graph import Graph, seal

BATCH = 32
CLASS_FILE = "digits-classes.txt"
CARDS = {
    "yin": {"size": 8, "crop": 1.0, "interpolation": "bilinear", "mean": [0.0] * 3, "std": [255.0] * 3},
    "yang": {"size": 16, "crop": 1.0, "interpolation": "none", "mean": [64.0, 80.0, 96.0], "std": [96.0, 104.0, 112.0]},
}


def make_yin(rng) -> Chain:
    return Chain(conv1=Conv(rng, 3, 4, 3), bn1=BatchNorm(4), relu1=Clip(6.0), pool1=MaxPool(),
                 conv2=Conv(rng, 4, 8, 3), bn2=BatchNorm(8), relu2=Clip(6.0), pool=Pool(), fc=Linear(rng, 8, 10))


def make_yang(rng, narrow: int = 24, wide: int = 48) -> Chain:
    block1 = Chain(conv1=Conv(rng, narrow, narrow, 3), bn1=BatchNorm(narrow), relu=Clip(),
                   conv2=Conv(rng, narrow, narrow, 3), bn2=BatchNorm(narrow))
    block2 = Chain(conv1=Conv(rng, narrow, wide, 3, 2), bn1=BatchNorm(wide), relu=Clip(),
                   conv2=Conv(rng, wide, wide, 3), bn2=BatchNorm(wide))
    short2 = Chain(conv=Conv(rng, narrow, wide, 1, 2), bn=BatchNorm(wide))
    return Chain(stem=Conv(rng, 3, narrow, 3), bn=BatchNorm(narrow), relu=Clip(), pool1=MaxPool(),
                 block1=Residual(block1), relu1=Clip(), block2=Residual(block2, short2), relu2=Clip(),
                 pool=Pool(), fc=Linear(rng, wide, 10))


def prepare_all(pictures: np.ndarray, rule: dict) -> np.ndarray:
    """[N, size, size, 3], as Pillow prepares them."""
    return np.stack([prepare(Image.fromarray(picture), rule) for picture in pictures]).transpose(0, 2, 3, 1)


def shifted(rng, pictures: np.ndarray, reach: int) -> np.ndarray:
    """Each picture moved by up to `reach` pixels along both axes, black moving in."""
    size = pictures.shape[1]
    padded = np.pad(pictures, ((0, 0), (reach, reach), (reach, reach)))
    starts = rng.randint(0, 2 * reach + 1, (len(pictures), 2))
    return np.stack([picture[y:y + size, x:x + size] for picture, (y, x) in zip(padded, starts)])


def train(net: Chain, rng, pictures: np.ndarray, labels: np.ndarray, rule: dict, epochs: int, rate: float,
          reach: int) -> None:
    """Adam on the cross-entropy, the rate falling to zero along a cosine."""
    adam, per_epoch = Adam(net), len(labels) // BATCH
    for epoch in range(epochs):
        inputs = prepare_all(shifted(rng, pictures, reach) if reach else pictures, rule)
        order = rng.permutation(len(labels))
        for position in range(per_epoch):
            rows = order[position * BATCH:(position + 1) * BATCH]
            gradient = softmax(net.forward(inputs[rows], True))
            gradient[np.arange(BATCH), labels[rows]] -= 1
            net.backward(gradient / np.float32(BATCH))
            progress = (epoch + position / per_epoch) / epochs
            adam.step(rate * 0.5 * (1 + np.cos(np.pi * progress)), decay=1e-3)


def accuracy(net: Chain, pictures: np.ndarray, labels: np.ndarray, rule: dict) -> float:
    return float(np.mean(net.forward(prepare_all(pictures, rule), False).argmax(axis=1) == labels))


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def export(net: Chain, name: str, size: int, source: str, distribution: bool) -> bytes:
    graph = Graph(name)
    x = net.export(graph, graph.input("input", ["N", 3, size, size]), "")
    output = "probabilities" if distribution else "logits"
    if distribution:
        graph.node("Softmax", x, name="softmax", output=output, axis=-1)
    else:
        graph.nodes[-1].output[0] = output
    graph.output(output, ["N", 10])
    return seal(graph.model(doc=f"trained by tools/zoo/train_digits.py, {source}"), source)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parents[2] / "tests" / "models")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--epochs-yin", type=int, default=40)
    parser.add_argument("--epochs-yang", type=int, default=30)
    arguments = parser.parse_args()
    pictures, labels = digits.load()
    half = digits.halves(len(labels))
    for name, make, epochs, rate, reach in (("yin", make_yin, arguments.epochs_yin, 0.01, 0),
                                            ("yang", make_yang, arguments.epochs_yang, 0.004, 2)):
        started, rng, rule = time.monotonic(), np.random.RandomState(arguments.seed), CARDS[name]
        net = make(rng)
        train(net, rng, pictures[half["train"]], labels[half["train"]], rule, epochs, rate, reach)
        right = {part: accuracy(net, pictures[half[part]], labels[half[part]], rule) for part in ("train", "test")}
        path = arguments.output / f"digits-{name}.onnx"
        data = export(net, path.stem, rule["size"], f"seed {arguments.seed}", distribution=name == "yang")
        write_card(path, **rule, classes=CLASS_FILE)
        write_atomic(path, data)
        print(f"{path}: {len(data)} bytes, right on the seen half {right['train']:.4f}, "
              f"on the unseen {right['test']:.4f}, "
              f"{time.monotonic() - started:.0f} s")
    write_atomic(arguments.output / CLASS_FILE, "".join(f"{digit}\tdigit {digit}\n" for digit in digits.CLASSES))
    split = (f"{part} {' '.join(map(str, sorted(half[part])))}\n" for part in ("train", "test"))
    write_atomic(arguments.output / "digits-split.txt", "".join(split))


if __name__ == "__main__":
    run_main(main)
