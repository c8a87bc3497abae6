"""Edits of a finished model, for nets that are meant to be wrong."""
import numpy as np
from onnx import ModelProto, TensorProto, helper


def node(model: ModelProto, name: str):
    return next(entry for entry in model.graph.node if entry.name == name)


def weight(model: ModelProto, name: str) -> TensorProto:
    return next(entry for entry in model.graph.initializer if entry.name == name)


def set_attribute(model: ModelProto, name: str, key: str, value) -> None:
    target = node(model, name)
    kept = [entry for entry in target.attribute if entry.name != key]
    del target.attribute[:]
    target.attribute.extend([*kept, helper.make_attribute(key, value)])


def insert_after(model: ModelProto, name: str, op: str, new: str, *more: str, **attributes) -> None:
    """A node between `name` and whoever reads its first output."""
    nodes = list(model.graph.node)
    value = node(model, name).output[0]
    for entry in nodes:
        entry.input[:] = [f"{new}.out" if source == value else source for source in entry.input]
    position = [entry.name for entry in nodes].index(name) + 1
    nodes.insert(position, helper.make_node(op, [value, *more], [f"{new}.out"], name=new, **attributes))
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def add_weight(model: ModelProto, name: str, array: np.ndarray) -> str:
    model.graph.initializer.append(helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape,
                                                      array.tobytes(), raw=True))
    return name
