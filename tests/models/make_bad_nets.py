"""Writes files a loader has to refuse, and the names its error has to contain.

usage: python tests/models/make_bad_nets.py [--output tests/models/bad]

Each function and each row below damages one small sound net (conv1, relu1, pool1, flatten1, fc) in one way and returns the names a
good error mentions: of nodes, operators, attributes, values or the file. bad/expect.json maps file to names. Needs numpy
and onnx.
"""
import argparse
import json
from pathlib import Path

import numpy as np
from onnx import AttributeProto, ModelProto, TensorProto, helper

from damage import add_weight, insert_after, node, set_attribute, weight
from net import Net
from files import run_main, write_atomic  # found through net.py

BAD = {}

# an attribute set to what it must not be: node, attribute, value
ATTRIBUTES = {
    "unknown-attribute": ("conv1", "twist", 3),
    "attribute-type": ("conv1", "strides", [1.0, 1.0]),  # floats
    "pads-too-short": ("conv1", "pads", [1, 1]),
    "pads-huge": ("conv1", "pads", [0, 0, 2 ** 62, 2 ** 62]),
    "strides-zero": ("conv1", "strides", [0, 0]),
    "dilations-negative": ("conv1", "dilations", [1, -2]),
    "kernel-shape-rank": ("conv1", "kernel_shape", [3, 3, 3]),
    "pool-kernel-zero": ("pool1", "kernel_shape", [2, 0]),
    "group-does-not-divide": ("conv1", "group", 2),
    "group-zero": ("conv1", "group", 0),
}


def bad(function):
    BAD[function.__name__.replace("_", "-")] = function
    return function


def sound() -> ModelProto:
    """conv1 [N,4,6,6], relu1, pool1, flatten1, fc: logits [N,5] of an input [N,3,8,8]."""
    g = Net("sound")
    x = g.input("input", ["N", 3, 8, 8])
    x = g.node("Conv", x, g.floats("conv1.weight", 4, 3, 3, 3), g.floats("conv1.bias", 4), name="conv1",
               kernel_shape=[3, 3], strides=[1, 1], pads=[0, 0, 0, 0], dilations=[1, 1], group=1)
    x = g.node("Relu", x, name="relu1")
    x = g.node("MaxPool", x, name="pool1", kernel_shape=[2, 2], strides=[2, 2])
    x = g.node("Flatten", x, name="flatten1")
    g.node("Gemm", x, g.floats("fc.weight", 5, 36), g.floats("fc.bias", 5), name="fc", output="logits", transB=1)
    g.output("logits", ["N", 5])
    return g.model()


# operators and attributes, beyond the rows of ATTRIBUTES

@bad
def unknown_operators(model):
    insert_after(model, "relu1", "FrostedGlass", "frost1")
    insert_after(model, "pool1", "MirrorFold", "mirror1", angle=3.0)
    return ["frost1", "FrostedGlass", "mirror1", "MirrorFold"]


@bad
def unknown_domain(model):
    node(model, "relu1").domain = "com.example.odd"
    model.opset_import.append(helper.make_opsetid("com.example.odd", 1))
    return ["relu1", "com.example.odd"]


@bad
def attribute_missing(model):
    kept = [entry for entry in node(model, "pool1").attribute if entry.name != "kernel_shape"]
    del node(model, "pool1").attribute[:]
    node(model, "pool1").attribute.extend(kept)
    return ["pool1", "MaxPool", "kernel_shape"]


@bad
def attribute_of_subgraph(model):
    attribute = AttributeProto(name="body", type=AttributeProto.GRAPH)
    attribute.g.CopyFrom(model.graph)
    node(model, "relu1").attribute.append(attribute)
    return ["relu1", "Relu", "body"]


@bad
def concat_axis(model):
    insert_after(model, "relu1", "Concat", "concat1", "conv1.out", axis=4)
    return ["concat1", "Concat", "axis"]


# shapes

@bad
def conv_rank(model):
    insert_after(model, "relu1", "Flatten", "flat0")
    insert_after(model, "flat0", "Conv", "conv2", "conv1.weight")
    return ["conv2", "Conv"]


@bad
def conv_channels(model):
    add_weight(model, "conv2.weight", np.zeros((4, 7, 3, 3), np.float32))
    insert_after(model, "relu1", "Conv", "conv2", "conv2.weight")
    return ["conv2", "Conv"]


@bad
def window_beyond_input(model):
    add_weight(model, "conv2.weight", np.zeros((4, 4, 9, 9), np.float32))
    insert_after(model, "relu1", "Conv", "conv2", "conv2.weight")
    return ["conv2", "Conv"]


@bad
def gemm_inner_size(model):
    set_attribute(model, "pool1", "strides", [1, 1])
    return ["fc", "Gemm"]


@bad
def batch_norm_length(model):
    add_weight(model, "five", np.ones(5, np.float32))
    insert_after(model, "conv1", "BatchNormalization", "bn1", *["five"] * 4)
    return ["bn1", "BatchNormalization"]


@bad
def add_does_not_broadcast(model):
    insert_after(model, "relu1", "Add", "add1", add_weight(model, "seven", np.ones((7, 1, 1), np.float32)))
    return ["add1", "Add"]


@bad
def reshape_impossible(model):
    insert_after(model, "relu1", "Reshape", "reshape1", add_weight(model, "target", np.array([0, 5, 7], np.int64)))
    return ["reshape1", "Reshape"]


@bad
def reshape_two_unknowns(model):
    insert_after(model, "relu1", "Reshape", "reshape1", add_weight(model, "target", np.array([0, -1, -1], np.int64)))
    return ["reshape1", "Reshape"]


@bad
def constant_of_huge_shape(model):
    dims = add_weight(model, "dims", np.full(4, 2 ** 20, np.int64))
    model.graph.node.insert(0, helper.make_node("ConstantOfShape", [dims], ["huge"], name="huge1"))
    insert_after(model, "relu1", "Add", "add1", "huge")
    return ["huge1", "ConstantOfShape"]


# the graph

@bad
def input_dangling(model):
    node(model, "relu1").input[0] = "nowhere"
    return ["relu1", "nowhere"]


@bad
def input_missing(model):
    del node(model, "conv1").input[1:]
    return ["conv1", "Conv"]


@bad
def output_dangling(model):
    model.graph.output[0].name = "nowhere"
    return ["nowhere"]


@bad
def output_twice(model):
    insert_after(model, "relu1", "Relu", "relu2")
    node(model, "relu2").output[0] = "relu1.out"
    return ["relu2", "relu1.out"]


@bad
def cycle(model):
    insert_after(model, "conv1", "Add", "add1", "pool1.out")
    return ["add1"]


@bad
def no_outputs(model):
    del model.graph.output[:]
    return ["no-outputs.onnx"]


@bad
def no_opset(model):
    del model.opset_import[:]
    return ["no-opset.onnx", "opset"]


@bad
def opset_from_the_future(model):
    model.opset_import[0].version = 9999
    return ["opset", "9999"]


@bad
def no_graph(model):
    model.ClearField("graph")
    return ["no-graph.onnx"]


# initialisers

@bad
def weight_bytes_short(model):
    stored = weight(model, "conv1.weight")
    stored.raw_data = stored.raw_data[:-4]
    return ["conv1.weight"]


@bad
def weight_dims_negative(model):
    weight(model, "conv1.weight").dims[0] = -4
    return ["conv1.weight"]


@bad
def weight_dims_overflow(model):
    weight(model, "conv1.weight").dims[:] = [2 ** 33, 2 ** 31, 3, 3]  # 9 * 2^64 elements: 0 where it wraps
    return ["conv1.weight"]


@bad
def weight_without_data(model):
    weight(model, "conv1.weight").ClearField("raw_data")
    return ["conv1.weight"]


@bad
def weight_of_strings(model):
    stored = weight(model, "conv1.weight")
    stored.Clear()
    stored.name, stored.data_type = "conv1.weight", TensorProto.STRING
    stored.dims[:] = [1]
    stored.string_data.append(b"three")
    return ["conv1.weight"]


@bad
def weight_elsewhere(model):
    stored = weight(model, "conv1.weight")
    stored.ClearField("raw_data")
    stored.data_location = TensorProto.EXTERNAL
    entry = stored.external_data.add()
    entry.key, entry.value = "location", "../net-residual.onnx"
    return ["conv1.weight"]


@bad
def weight_twice(model):
    model.graph.initializer.append(weight(model, "fc.bias"))
    return ["fc.bias"]


def plain_files(model: ModelProto) -> dict[str, tuple[bytes, list[str]]]:
    """Files that are no models at all."""
    data = model.SerializeToString(deterministic=True)
    return {"truncated": (data[:len(data) // 2], ["truncated.onnx"]),
            "empty": (b"", ["empty.onnx"]),
            "text": (b"This is not a model.\nIt only has the name of one.\n", ["text.onnx"])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent / "bad")
    folder = parser.parse_args().output
    files = plain_files(sound())
    for name, (target, key, value) in ATTRIBUTES.items():
        model = sound()
        set_attribute(model, target, key, value)
        files[name] = (model.SerializeToString(deterministic=True), [target, node(model, target).op_type, key])
    for name, damage in BAD.items():
        model = sound()
        names = damage(model)
        files[name] = (model.SerializeToString(deterministic=True), names)
    for name, (data, _) in files.items():
        write_atomic(folder / f"{name}.onnx", data)
    lines = [f" {json.dumps(name + '.onnx')}: {json.dumps(names)}" for name, (_, names) in sorted(files.items())]
    write_atomic(folder / "expect.json", "{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{folder}: {len(files)} files to refuse, {sum(len(data) for data, _ in files.values())} bytes")


if __name__ == "__main__":
    run_main(main)
