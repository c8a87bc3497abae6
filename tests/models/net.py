"""What the test nets are written with: a graph with random weights, and the table of nets.

A net is a function of the graph and the name of its input; it returns the name of its result, the output of its last node.
"""
from pathlib import Path
import sys
import zlib

import numpy as np
import onnx
from onnx import helper

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "zoo"))
from onnx_graph import Graph, batch_norm  # noqa: E402

BATCH = 3
LOCAL = "local"  # domain of a net's own functions
NETS = {}  # name -> (function, shape of a row, opset, IR version, batch dimension, further input shapes)


class Net(Graph):
    """A graph with random weights, scaled so that activations neither die nor grow."""

    def __init__(self, name: str, **versions):
        super().__init__(name, **versions)
        self.functions: list[onnx.FunctionProto] = []
        self.rng = np.random.RandomState(zlib.crc32(name.encode()))

    def model(self, doc: str = "", check: bool = True) -> onnx.ModelProto:
        model = super().model(doc, check and not self.functions)
        if self.functions:
            model.functions.extend(self.functions)
            model.opset_import.append(helper.make_opsetid(LOCAL, 1))
            if check:
                onnx.checker.check_model(model)
        return model

    def random(self, *shape, scale: float = 1.0) -> np.ndarray:
        return (self.rng.standard_normal(shape) * scale).astype(np.float32)

    def floats(self, name: str, *shape, scale: float = 1.0) -> str:
        return self.weight(name, self.random(*shape, scale=scale))

    def ints(self, name: str, *values: int) -> str:
        return self.weight(name, np.array(values, np.int64))

    def conv(self, x: str, inputs: int, outputs: int, kernel=3, bias: bool = True, group: int = 1, scale: float = 1,
             **attributes) -> str:
        """kernel: one number or (rows, columns); scale: of the result's deviation, roughly."""
        name, kernel = f"conv{len(self.nodes)}", (kernel, kernel) if isinstance(kernel, int) else kernel
        fan_in = inputs // group * kernel[0] * kernel[1]
        operands = [self.floats(f"{name}.weight", outputs, inputs // group, *kernel, scale=scale * fan_in ** -0.5)]
        if bias:
            operands.append(self.floats(f"{name}.bias", outputs, scale=0.3))
        return self.node("Conv", x, *operands, name=name, group=group, **attributes)

    def bn(self, x: str, channels: int, epsilon: float = 1e-3) -> str:
        scale, variance = self.rng.uniform(0.5, 1.5, channels), self.rng.uniform(0.3, 2.0, channels)
        return batch_norm(self, x, f"bn{len(self.nodes)}", scale, self.random(channels, scale=0.4),
                          self.random(channels, scale=0.4), variance, epsilon)

    def linear(self, x: str, inputs: int, outputs: int) -> str:
        name = f"fc{len(self.nodes)}"
        return self.node("Gemm", x, self.floats(f"{name}.weight", outputs, inputs, scale=inputs ** -0.5),
                         self.floats(f"{name}.bias", outputs), name=name, transB=1)


def net(shape=(3, 17, 13), opset: int = 13, ir_version: int = 8, batch="N", further=()):
    """further: input shapes, batch first, that are answered too; height and width are open then."""
    def register(build):
        NETS[build.__name__.replace("_", "-")] = (build, shape, opset, ir_version, batch, further)
        return build
    return register
