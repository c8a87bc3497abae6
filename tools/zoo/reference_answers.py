"""Answers of a model, by onnxruntime and Pillow, for every picture of a folder: the file tests compare against.

usage: python tools/zoo/reference_answers.py MODEL.onnx IMAGES OUT.csv [--batch N] [--limit N]

MODEL.json beside the model is its card. IMAGES has a subfolder per class, named by the class id; the columns are
image (path below IMAGES), label and predicted (class indices; label -1 where the subfolder is no class) and confidence
(largest softmax probability). Needs onnxruntime, and Pillow below 13, whose resize passes run in another order.
"""
import argparse
import csv
import io
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image, __version__ as PILLOW

from card import prepare, read_card
from files import ZooError, run_main, write_atomic

SUFFIXES = {".jpg", ".jpeg", ".png"}


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """A one-thread CPU session; the threads' order of summing would show in the last digits."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exception types share no base class of ours to name
        raise ZooError(f"{path}: {error}") from None


def gives_distribution(path: Path) -> bool:
    """Whether the first output is a Softmax, so that it must not pass through a second one."""
    graph = onnx.load(path).graph
    return any(node.op_type == "Softmax" and graph.output[0].name in node.output for node in graph.node)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def list_pictures(folder: Path) -> list[Path]:
    paths = sorted(path for path in folder.glob("*/*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise ZooError(f"{folder}: no pictures in subfolders")
    return paths


def answer(model: Path, folder: Path, batch: int, limit: int | None) -> list[tuple[str, int, int, float]]:
    """Rows of (image, label, predicted, confidence) in the order of the paths."""
    card, session, paths = read_card(model), open_session(model), list_pictures(folder)[:limit]
    index = {name: position for position, name in enumerate(card["ids"])}
    distribution, source = gives_distribution(model), session.get_inputs()[0].name
    rows = []
    for start in range(0, len(paths), batch):
        part = paths[start:start + batch]
        inputs = []
        for path in part:
            with Image.open(path) as picture:
                inputs.append(prepare(picture, card["preprocess"]))
        output = session.run(None, {source: np.stack(inputs)})[0]
        if output.ndim != 2 or output.shape[1] != len(index):
            raise ZooError(f"{model}: output {output.shape}, but the card's list has {len(index)} classes")
        probabilities = output if distribution else softmax(output)
        for path, row in zip(part, probabilities):
            image, predicted = path.relative_to(folder).as_posix(), int(row.argmax())
            rows.append((image, index.get(path.parent.name, -1), predicted, float(row[predicted])))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, metavar="MODEL.onnx")
    parser.add_argument("images", type=Path, metavar="IMAGES")
    parser.add_argument("out", type=Path, metavar="OUT.csv")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--limit", type=int, help="only the first pictures")
    arguments = parser.parse_args()
    if int(PILLOW.split(".")[0]) >= 13:
        raise ZooError(f"Pillow {PILLOW} resizes in another order; install pillow<13")
    rows = answer(arguments.model, arguments.images, max(1, arguments.batch), arguments.limit)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["image", "label", "predicted", "confidence"])
    writer.writerows((image, label, predicted, f"{confidence:.6f}") for image, label, predicted, confidence in rows)
    write_atomic(arguments.out, table.getvalue())
    right = sum(label == predicted for _, label, predicted, _ in rows)
    print(f"{arguments.out}: {len(rows)} pictures, {right} right ({right / len(rows):.4f})")


if __name__ == "__main__":
    run_main(main)
