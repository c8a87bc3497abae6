"""A graph builder on top of onnx.helper: nodes and initialisers are appended in order and named as they come."""
import hashlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PRODUCER = "yinyang-zoo"


class Graph:
    """Collects one graph. `node` returns the name of the output, which is what the next node takes as input."""

    def __init__(self, name: str, opset: int = 13, ir_version: int = 8):
        self.name, self.opset, self.ir_version = name, opset, ir_version
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: list, dtype: int = TensorProto.FLOAT) -> str:
        """A graph input; a dimension is a number or, where it is dynamic, a name."""
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, name: str, shape: list | None, dtype: int = TensorProto.FLOAT) -> None:
        self.outputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def weight(self, name: str, array) -> str:
        """An initialiser with the array's own dtype, stored as raw_data."""
        self.initializers.append(numpy_helper.from_array(np.asarray(array, order="C"), name))
        return name

    def node(self, op: str, *inputs: str, name: str = "", output: str = "", outputs: list[str] | None = None, **attributes):
        """Appends a node; an empty input name is an absent input. Several outputs are returned as a list."""
        name = name or f"{op.lower()}{len(self.nodes)}"
        if outputs is None:
            outputs = [output or f"{name}.out"]
        self.nodes.append(helper.make_node(op, list(inputs), outputs, name=name, **attributes))
        return outputs[0] if len(outputs) == 1 else outputs

    def model(self, doc: str = "", check: bool = True) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.initializers)
        model = helper.make_model(graph, producer_name=PRODUCER, ir_version=self.ir_version, doc_string=doc,
                                  opset_imports=[helper.make_opsetid("", self.opset)])
        if check:
            onnx.checker.check_model(model, full_check=True)
        return model


def batch_norm(graph: Graph, x: str, name: str, scale, bias, mean, variance, epsilon: float) -> str:
    """BatchNormalization in inference form, its four parameters stored under `name`."""
    parameters = [graph.weight(f"{name}.{part}", np.asarray(value, np.float32))
                  for part, value in (("scale", scale), ("bias", bias), ("mean", mean), ("var", variance))]
    return graph.node("BatchNormalization", x, *parameters, name=name, epsilon=epsilon)


def seal(model: onnx.ModelProto, source: str) -> bytes:
    """The model's bytes, with `source` and a digest of the graph in its metadata, so that is_intact can judge a file."""
    helper.set_model_props(model, {"source": source, "graph_sha256": _digest(model)})
    return model.SerializeToString(deterministic=True)


def is_intact(path, source: str) -> bool:
    """Whether `path` is a model that seal() wrote from the same source, with no byte of its graph changed."""
    try:
        model = onnx.load(path)
    except Exception:  # whatever protobuf or the file system says, the file has to be written anew
        return False
    properties = {entry.key: entry.value for entry in model.metadata_props}
    return properties.get("source") == source and properties.get("graph_sha256") == _digest(model)


def _digest(model: onnx.ModelProto) -> str:
    return hashlib.sha256(model.graph.SerializeToString(deterministic=True)).hexdigest()
