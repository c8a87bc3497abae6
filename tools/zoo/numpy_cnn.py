"""Layers of a small CNN in numpy: forward, backward, and export as an ONNX node. Activations are [N, H, W, C] float32.

A layer keeps what its backward pass needs from the forward pass before it. `backward` takes the gradient of the output,
stores the gradients of the parameters in `gradients`, and returns the gradient of the input.
"""
import numpy as np

from onnx_graph import Graph, batch_norm

EPSILON = 1e-5
MOMENTUM = 0.9  # of the running statistics


class Layer:
    def __init__(self):
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}

    def leaves(self) -> list["Layer"]:
        """The layers with parameters of their own, in order."""
        return [self]


class Conv(Layer):
    """Square kernel, symmetric padding, no bias: BatchNorm follows."""

    def __init__(self, rng, inputs: int, outputs: int, kernel: int, stride: int = 1):
        super().__init__()
        self.kernel, self.stride, self.pad = kernel, stride, kernel // 2
        fan_in = kernel * kernel * inputs
        self.parameters["weight"] = (rng.standard_normal((fan_in, outputs)) * np.sqrt(2 / fan_in)).astype(np.float32)

    def forward(self, x, training):
        pad, kernel, stride = self.pad, self.kernel, self.stride
        padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(1, 2))[:, ::stride, ::stride]
        self.shape, self.padded_shape = windows.shape[:3], padded.shape
        self.columns = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, len(self.parameters["weight"]))
        return (self.columns @ self.parameters["weight"]).reshape(*self.shape, -1)

    def backward(self, g):
        pad, kernel, stride = self.pad, self.kernel, self.stride
        flat = g.reshape(-1, g.shape[-1])
        self.gradients["weight"] = self.columns.T @ flat
        columns = (flat @ self.parameters["weight"].T).reshape(*self.shape, kernel, kernel, -1)
        padded = np.zeros(self.padded_shape, np.float32)
        _, rows, cols = self.shape
        for i in range(kernel):
            for j in range(kernel):
                padded[:, i:i + rows * stride:stride, j:j + cols * stride:stride] += columns[:, :, :, i, j]
        return padded[:, pad:padded.shape[1] - pad, pad:padded.shape[2] - pad]

    def export(self, graph: Graph, x: str, name: str) -> str:
        weight = self.parameters["weight"]
        inputs = len(weight) // self.kernel ** 2
        weight = weight.reshape(self.kernel, self.kernel, inputs, -1).transpose(3, 2, 0, 1)
        return graph.node("Conv", x, graph.weight(f"{name}.weight", weight), name=name, kernel_shape=[self.kernel] * 2,
                          strides=[self.stride] * 2, pads=[self.pad] * 4)


class BatchNorm(Layer):
    def __init__(self, channels: int):
        super().__init__()
        self.parameters = {"scale": np.ones(channels, np.float32), "bias": np.zeros(channels, np.float32)}
        self.mean, self.variance = np.zeros(channels, np.float32), np.ones(channels, np.float32)

    def forward(self, x, training):
        mean, variance = self.mean, self.variance
        if training:
            mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
            self.mean = MOMENTUM * self.mean + np.float32(1 - MOMENTUM) * mean
            self.variance = MOMENTUM * self.variance + np.float32(1 - MOMENTUM) * variance
        self.factor = 1 / np.sqrt(variance + np.float32(EPSILON))
        self.normal = (x - mean) * self.factor
        return self.normal * self.parameters["scale"] + self.parameters["bias"]

    def backward(self, g):
        axes = (0, 1, 2)
        self.gradients = {"scale": (g * self.normal).sum(axes), "bias": g.sum(axes)}
        count = g.size // g.shape[-1]
        centred = g - (self.gradients["bias"] + self.normal * self.gradients["scale"]) / np.float32(count)
        return centred * (self.factor * self.parameters["scale"])

    def export(self, graph: Graph, x: str, name: str) -> str:
        return batch_norm(graph, x, name, self.parameters["scale"], self.parameters["bias"], self.mean, self.variance,
                          EPSILON)


class Clip(Layer):
    """Relu, or with a ceiling Clip(0, ceiling)."""

    def __init__(self, ceiling: float | None = None):
        super().__init__()
        self.ceiling = ceiling

    def forward(self, x, training):
        self.passes = x > 0 if self.ceiling is None else (x > 0) & (x < self.ceiling)
        return x.clip(0, self.ceiling)

    def backward(self, g):
        return g * self.passes

    def export(self, graph: Graph, x: str, name: str) -> str:
        if self.ceiling is None:
            return graph.node("Relu", x, name=name)
        low, high = graph.weight(f"{name}.min", np.float32(0)), graph.weight(f"{name}.max", np.float32(self.ceiling))
        return graph.node("Clip", x, low, high, name=name)


class MaxPool(Layer):
    """2x2 windows, stride 2; the sides must be even."""

    def forward(self, x, training):
        n, h, w, c = x.shape
        windows = x.reshape(n, h // 2, 2, w // 2, 2, c)
        top = windows.max(axis=(2, 4), keepdims=True)
        self.share = (windows == top).astype(np.float32)
        self.share /= self.share.sum(axis=(2, 4), keepdims=True)
        return top[:, :, 0, :, 0]

    def backward(self, g):
        spread = self.share * g[:, :, None, :, None]
        n, h, _, w, _, c = spread.shape
        return spread.reshape(n, 2 * h, 2 * w, c)

    def export(self, graph: Graph, x: str, name: str) -> str:
        return graph.node("MaxPool", x, name=name, kernel_shape=[2, 2], strides=[2, 2])


class Pool(Layer):
    """The mean over all places: [N, H, W, C] to [N, C]."""

    def forward(self, x, training):
        self.shape = x.shape
        return x.mean(axis=(1, 2))

    def backward(self, g):
        return np.broadcast_to(g[:, None, None] / np.float32(self.shape[1] * self.shape[2]), self.shape)

    def export(self, graph: Graph, x: str, name: str) -> str:
        return graph.node("Flatten", graph.node("GlobalAveragePool", x, name=name), name=f"{name}.flatten", axis=1)


class Linear(Layer):
    def __init__(self, rng, inputs: int, outputs: int):
        super().__init__()
        self.parameters = {"weight": (rng.standard_normal((inputs, outputs)) / np.sqrt(inputs)).astype(np.float32),
                           "bias": np.zeros(outputs, np.float32)}

    def forward(self, x, training):
        self.x = x
        return x @ self.parameters["weight"] + self.parameters["bias"]

    def backward(self, g):
        self.gradients = {"weight": self.x.T @ g, "bias": g.sum(axis=0)}
        return g @ self.parameters["weight"].T

    def export(self, graph: Graph, x: str, name: str) -> str:
        weight = graph.weight(f"{name}.weight", self.parameters["weight"].T)
        return graph.node("Gemm", x, weight, graph.weight(f"{name}.bias", self.parameters["bias"]), name=name, transB=1)


class Chain(Layer):
    def __init__(self, **layers: Layer):
        super().__init__()
        self.layers = layers

    def leaves(self):
        return [leaf for layer in self.layers.values() for leaf in layer.leaves()]

    def forward(self, x, training):
        for layer in self.layers.values():
            x = layer.forward(x, training)
        return x

    def backward(self, g):
        for layer in reversed(self.layers.values()):
            g = layer.backward(g)
        return g

    def export(self, graph: Graph, x: str, name: str) -> str:
        for part, layer in self.layers.items():
            x = layer.export(graph, x, f"{name}.{part}" if name else part)
        return x


class Residual(Layer):
    """body(x) + shortcut(x); without a shortcut, body(x) + x."""

    def __init__(self, body: Chain, shortcut: Chain | None = None):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def leaves(self):
        return self.body.leaves() + (self.shortcut.leaves() if self.shortcut else [])

    def forward(self, x, training):
        return self.body.forward(x, training) + (self.shortcut.forward(x, training) if self.shortcut else x)

    def backward(self, g):
        return self.body.backward(g) + (self.shortcut.backward(g) if self.shortcut else g)

    def export(self, graph: Graph, x: str, name: str) -> str:
        short = self.shortcut.export(graph, x, f"{name}.short") if self.shortcut else x
        return graph.node("Add", self.body.export(graph, x, name), short, name=f"{name}.add")


class Adam:
    """Steps all parameters of a net along their gradients."""

    def __init__(self, net: Layer):
        self.leaves, self.steps = net.leaves(), 0
        self.moments = [{key: (np.zeros_like(value), np.zeros_like(value)) for key, value in leaf.parameters.items()}
                        for leaf in self.leaves]

    def step(self, rate: float, decay: float = 0.0) -> None:
        self.steps += 1
        first_left, second_left = 1 - 0.9 ** self.steps, 1 - 0.999 ** self.steps
        for leaf, moments in zip(self.leaves, self.moments):
            for key, (first, second) in moments.items():
                gradient = leaf.gradients[key]
                first += np.float32(0.1) * (gradient - first)
                second += np.float32(0.001) * (gradient * gradient - second)
                step = (first / np.float32(first_left)) / (np.sqrt(second / np.float32(second_left)) + np.float32(1e-8))
                leaf.parameters[key] -= np.float32(rate) * (step + np.float32(decay) * leaf.parameters[key])
