"""Writes the small nets the loader and the executors are tested with, and onnxruntime's answers.

usage: python tests/models/make_nets.py [--output tests/models] [--only NAME]

Each function of nets_compute.py, nets_file.py and nets_shape.py is one net, net-NAME.onnx: random weights from a fixed seed, one input
"input", one output "output", the batch dynamic unless said otherwise; what it covers is its doc_string.
reference/net-NAME.input.npy and .output.npy hold a batch of 3 and what onnxruntime answers with its graph optimisations
off; further sizes of a net that leaves them open are in net-NAME.1.input.npy and so on. Needs numpy, onnx and onnxruntime.
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


def build(name: str) -> tuple[bytes, list[np.ndarray], list[np.ndarray]]:
    """The model, input batches and onnxruntime's answers."""
    import onnxruntime
    function, shape, opset, ir_version, batch, further = NETS[name]
    graph = Net(name, opset=opset, ir_version=ir_version)
    declared = [batch, shape[0], "H", "W"] if further else [batch, *shape]
    result = function(graph, graph.input("input", declared))
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
    inputs = [graph.random(*dims) for dims in ((BATCH, *shape), *further)]
    answers = [session.run(None, {"input": each})[0] for each in inputs]
    for given, answer in zip(inputs, answers):
        if (answer.shape[0] != given.shape[0] or answer.dtype != np.float32 or not np.isfinite(answer).all() or
                answer.std() < 1e-3):
            raise ZooError(f"{name}: unfit output {answer.dtype}{answer.shape}, deviation {answer.std()}")
    graph.outputs.clear()
    graph.output("output", [batch, *(f"D{axis}" if len(set(sizes)) > 1 else sizes[0]
                                     for axis, sizes in enumerate(zip(*(answer.shape[1:] for answer in answers))))])
    return graph.model(doc).SerializeToString(deterministic=True), inputs, answers


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
        data, inputs, answers = build(name)
        write_atomic(arguments.output / f"net-{name}.onnx", data)
        for index, (given, answer) in enumerate(zip(inputs, answers)):
            stem = f"net-{name}" + (f".{index}" if index > 0 else "")
            write_atomic(arguments.output / "reference" / f"{stem}.input.npy", npy_bytes(given))
            write_atomic(arguments.output / "reference" / f"{stem}.output.npy", npy_bytes(answer))
            print(f"net-{name}.onnx: {len(data)} bytes, {list(given.shape)} to {list(answer.shape)}")


if __name__ == "__main__":
    run_main(main)
