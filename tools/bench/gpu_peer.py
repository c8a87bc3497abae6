"""Times a network in another runtime on the GPU, in float32: images/s of one batch at a time, from an array in host
memory to one in host memory, as JSON. Run by gpu_check.py in the Python that has the runtime.

usage: gpu_peer.py onnxruntime [MODEL.onnx] [--batch N] [--duration SECONDS]
       gpu_peer.py torch [NAME OF A TORCHVISION NETWORK] [--batch N] [--duration SECONDS]

Without a network it only tells the version. Exit code 77, and the reason: the runtime is not there or has no GPU.
"""
import argparse
from collections.abc import Callable
import json
import sys
import time


def leave(why: str) -> None:
    print(why, file=sys.stderr)
    sys.exit(77)


def onnxruntime_run(model: str | None, batch: int) -> tuple[str, Callable[[], object] | None]:
    try:
        import numpy
        import onnxruntime
    except ImportError as error:
        leave(f"{sys.executable}: {error}")
    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        leave(f"onnxruntime {onnxruntime.__version__} has no CUDAExecutionProvider")
    if model is None:
        return onnxruntime.__version__, None
    # TF32 would be its default.
    session = onnxruntime.InferenceSession(model, providers=[("CUDAExecutionProvider", {"use_tf32": "0"})])
    if "CUDAExecutionProvider" not in session.get_providers():
        leave(f"onnxruntime {onnxruntime.__version__} could not start its CUDAExecutionProvider")
    picture = session.get_inputs()[0]
    x = numpy.random.default_rng(0).standard_normal((batch, *picture.shape[1:])).astype(numpy.float32)
    return onnxruntime.__version__, lambda: session.run(None, {picture.name: x})


def torch_run(name: str | None, batch: int) -> tuple[str, Callable[[], object] | None]:
    try:
        import torch
    except ImportError as error:
        leave(f"{sys.executable}: {error}")
    if not torch.cuda.is_available():
        leave(f"PyTorch {torch.__version__} finds no CUDA device")
    if name is None:
        return torch.__version__, None
    try:
        import torchvision
    except ImportError as error:
        leave(f"{sys.executable}: {error}")
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    channels_last = torch.channels_last
    net = getattr(torchvision.models, name)().eval().cuda().to(memory_format=channels_last)
    x = torch.randn(batch, 3, 224, 224).contiguous(memory_format=channels_last).pin_memory()

    def once() -> object:
        with torch.inference_mode():
            return net(x.cuda(non_blocking=True)).cpu()

    return torch.__version__, once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", choices=("onnxruntime", "torch"))
    parser.add_argument("model", nargs="?")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--duration", type=float, default=1, help="seconds, after ten runs that warm up")
    arguments = parser.parse_args()
    make = onnxruntime_run if arguments.engine == "onnxruntime" else torch_run
    version, once = make(arguments.model, arguments.batch)
    result: dict[str, object] = {"engine": arguments.engine, "version": version}
    if once is not None:
        for _ in range(10):
            once()
        runs, start = 0, time.perf_counter()
        while (seconds := time.perf_counter() - start) < arguments.duration or runs == 0:
            once()
            runs += 1
        result |= {"batch": arguments.batch, "images": runs * arguments.batch, "seconds": seconds,
                   "images_per_s": runs * arguments.batch / seconds}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
