#!/usr/bin/env python3
"""Writes ResNet-50 with random weights as ONNX, for timing: right shapes, meaningless answers. Needs numpy and onnx.

usage: random_resnet50.py OUT.onnx

The network of He et al. 2015 with the stride in the 3x3 convolution, as torchvision has it; batch normalisation is taken
as folded. Weights are drawn so that activations keep their size from layer to layer.
"""
import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save


class Builder:
    def __init__(self) -> None:
        self.random = np.random.default_rng(0)
        self.nodes, self.constants = [], []

    def constant(self, name: str, values: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def node(self, op: str, inputs: list[str], **attributes: object) -> str:
        name = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def conv(self, x: str, channels: int, filters: int, kernel: int, stride: int = 1, gain: float = 2.0) -> str:
        name = f"conv{len(self.nodes)}"
        spread = np.sqrt(gain / (channels * kernel * kernel))
        weights = self.constant(f"{name}.weight", self.random.standard_normal((filters, channels, kernel, kernel)) * spread)
        bias = self.constant(f"{name}.bias", np.zeros(filters))
        return self.node("Conv", [x, weights, bias], kernel_shape=[kernel, kernel], strides=[stride, stride],
                         pads=[kernel // 2] * 4)

    def bottleneck(self, x: str, channels: int, width: int, stride: int) -> str:
        y = self.node("Relu", [self.conv(x, channels, width, 1)])
        y = self.node("Relu", [self.conv(y, width, width, 3, stride)])
        y = self.conv(y, width, 4 * width, 1, gain=0.5)
        if channels != 4 * width:
            x = self.conv(x, channels, 4 * width, 1, stride, gain=1.0)
        return self.node("Relu", [self.node("Add", [y, x])])


def main() -> None:
    b = Builder()
    x = b.node("Relu", [b.conv("input", 3, 64, 7, 2)])
    x = b.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    channels = 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        width = 64 << stage
        for block in range(blocks):
            x = b.bottleneck(x, channels, width, 2 if block == 0 and stage > 0 else 1)
            channels = 4 * width
    x = b.node("Flatten", [b.node("GlobalAveragePool", [x])])
    weights = b.constant("fc.weight", b.random.standard_normal((1000, channels)) * np.sqrt(1 / channels))
    b.nodes.append(helper.make_node("Gemm", [x, weights, b.constant("fc.bias", np.zeros(1000))], ["output"], transB=1))
    graph = helper.make_graph(
        b.nodes, "resnet50-random",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, 224, 224])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1000])], b.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    checker.check_model(model)
    save(model, sys.argv[1])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
