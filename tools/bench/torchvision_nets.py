#!/usr/bin/env python3
"""Writes torchvision's networks with random weights as ONNX, for timing: right shapes, meaningless answers.

usage: torchvision_nets.py FOLDER [NAME...]

Needs torch and torchvision (Debian: python3-torch, python3-torchvision). NAME is any of torchvision's classifiers;
without names, the networks of NETS below. Files are FOLDER/NAME.onnx: opset 13, input `input` [N,3,S,S] with an open
batch, output `output` [N,1000]. The exporter folds batch normalisation into convolutions. The weights depend on
the name and torch's version only; statistics of batch normalisation are those of noise, so that activations keep
their size from layer to layer. A file is put in place when it is whole.
"""
from pathlib import Path
import sys
import warnings
import zlib

import torch
import torchvision

NETS = ("alexnet", "densenet121", "efficientnet_b0", "googlenet", "inception_v3", "mnasnet1_0", "mobilenet_v2",
        "mobilenet_v3_large", "regnet_y_400mf", "resnet18", "resnet50", "resnet101", "resnext50_32x4d",
        "shufflenet_v2_x1_0", "squeezenet1_1")
SIZES = {"inception_v3": 299, "efficientnet_b1": 240, "efficientnet_b2": 288, "efficientnet_b3": 300}  # 224 otherwise


def build(name: str, size: int) -> torch.nn.Module:
    torch.manual_seed(zlib.crc32(name.encode()))
    with_aux_heads = name in ("googlenet", "inception_v3")
    model = torchvision.models.get_model(name, weights=None, **({"init_weights": True} if with_aux_heads else {}))
    if with_aux_heads:
        model.aux_logits = False  # heads for training only
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    if norms:
        for norm in norms:
            norm.momentum = 1
        with torch.no_grad():
            model.train()(torch.randn(4, 3, size, size))
    return model.eval()


def export(name: str, folder: Path) -> Path:
    size = SIZES.get(name, 224)
    file = folder / f"{name}.onnx"
    part = file.with_name(f"{file.name}.part")
    torch.onnx.export(build(name, size), torch.randn(1, 3, size, size), str(part), opset_version=13,
                      input_names=["input"], output_names=["output"],
                      dynamic_axes={"input": {0: "N"}, "output": {0: "N"}})
    part.replace(file)
    return file


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    folder, names = Path(sys.argv[1]), sys.argv[2:] or NETS
    known = torchvision.models.list_models(module=torchvision.models)
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"torchvision {torchvision.__version__} has no network {', '.join(unknown)}; it has {', '.join(known)}")
    folder.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")  # of the exporter, about tracing
    for name in names:
        print(export(name, folder), flush=True)


if __name__ == "__main__":
    main()
