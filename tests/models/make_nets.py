"""Writes the small nets the loader and the executors are tested with, and onnxruntime's answers.

usage: python tests/models/make_nets.py [--output tests/models] [--only NAME]

Each function of nets_compute.py, nets_file.py and nets_shape.py is one net, net-NAME.onnx: random weights from a fixed seed, one input
"input", one output "output", the batch dynamic unless said otherwise; what it covers is its doc_string.
reference/net-NAME.input.npy and .output.npy hold a batch of 3 and what onnxruntime answers with its graph optimisations
off. Needs numpy, onnx and onnxruntime.
"""
import argparse
import io
from pathlib import Path

import numpy as np

import nets_compute  # noqa: F401  (importing fills the table)
import nets_file  # noqa: F401
import nets_shape  # noqa: F401
from net import BATCH, NETS, Net
from files import ZooError, run_main, write_atomic  # found through net.py


def build(name: str) -> tuple[bytes, np.ndarray, np.ndarray]:
    """The model, an input batch and onnxruntime's answer."""
    import onnxruntime
    function, shape, opset, ir_version, batch = NETS[name]
    graph = Net(name, opset=opset, ir_version=ir_version)
    result = function(graph, graph.input("input", [batch, *shape]))
    if graph.nodes[-1].output[0] != result:
        raise ZooError(f"{name}: the last node has to give the output")
    graph.nodes[-1].output[0] = "output"
    graph.output("output", None)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    doc = " ".join(function.__doc__.split())
    session = onnxruntime.InferenceSession(graph.model(doc, check=False).SerializeToString(), options,
                                           providers=["CPUExecutionProvider"])
    inputs = graph.random(BATCH, *shape)
    answer = session.run(None, {"input": inputs})[0]
    if answer.shape[0] != BATCH or answer.dtype != np.float32 or not np.isfinite(answer).all() or answer.std() < 1e-3:
        raise ZooError(f"{name}: unfit output {answer.dtype}{answer.shape}, deviation {answer.std()}")
    graph.outputs.clear()
    graph.output("output", [batch, *answer.shape[1:]])
    return graph.model(doc).SerializeToString(deterministic=True), inputs, answer


def npy_bytes(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(array))
    return stream.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--only", choices=sorted(NETS), help="one net")
    arguments = parser.parse_args()
    for name in [arguments.only] if arguments.only else NETS:
        data, inputs, answer = build(name)
        write_atomic(arguments.output / f"net-{name}.onnx", data)
        write_atomic(arguments.output / "reference" / f"net-{name}.input.npy", npy_bytes(inputs))
        write_atomic(arguments.output / "reference" / f"net-{name}.output.npy", npy_bytes(answer))
        print(f"net-{name}.onnx: {len(data)} bytes, {list(inputs.shape)} to {list(answer.shape)}")


if __name__ == "__main__":
    run_main(main)
