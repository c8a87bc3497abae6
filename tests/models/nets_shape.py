"""Test nets of operators that move, cut and join values, of constants, and of ways a file may be written."""
import numpy as np
import onnx
from onnx import TensorProto, helper

from net import net

INT64_MAX = np.iinfo(np.int64).max


@net()
def concat(g, x):
    """Dense blocks along the channel axis, also spelled -3; one value twice; along the rows."""
    x = g.conv(x, 3, 6, pads=[1, 1, 1, 1])
    y = g.conv(g.node("Relu", g.bn(x, 6)), 6, 4, pads=[1, 1, 1, 1])
    x = g.node("Concat", x, y, axis=1)
    y = g.conv(g.node("Relu", g.bn(x, 10)), 10, 5, 1)
    x = g.node("Concat", y, x, y, axis=-3)
    x = g.conv(x, 20, 4, 3, strides=[2, 2])
    return g.node("Concat", x, g.node("Relu", x), axis=2)


@net(opset=10, ir_version=5)
def pad_attributes(g, x):
    """Opset 10: pads and value as attributes; zeros before a convolution, another value before the next."""
    x = g.node("Pad", x, mode="constant", pads=[0, 0, 0, 1, 0, 0, 2, 1], value=0.0)
    x = g.conv(x, 3, 6, strides=[2, 2])
    x = g.node("Pad", x, pads=[0, 0, 1, 1, 0, 0, 1, 1], value=0.7)
    return g.conv(x, 6, 6, pads=[1, 0, 1, 0])


@net()
def pad_inputs(g, x):
    """Opset 13: pads and value as inputs; before a convolution with pads of its own, before MaxPool (zeros are not its
    padding), and of channels."""
    x = g.node("Pad", x, g.ints("pads", 0, 0, 0, 1, 0, 0, 1, 2))
    x = g.conv(x, 3, 6, strides=[2, 2], pads=[1, 1, 1, 1])
    x = g.node("Pad", x, "pads", g.weight("value", np.float32(0)), mode="constant")
    x = g.node("MaxPool", g.conv(x, 6, 4, 1), kernel_shape=[2, 2], strides=[1, 1])
    x = g.node("Pad", x, g.ints("frame", 0, 0, 1, 1, 0, 0, 1, 1), "value")
    x = g.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])
    return g.node("Pad", x, g.ints("channels", 0, 2, 0, 0, 0, 1, 0, 0), g.weight("fill", np.float32(0.25)))


@net(shape=(3, 16, 16))
def shortcut_a(g, x):
    """The CIFAR ResNet shortcut without weights: every other place, channels filled up with zeros."""
    x = g.node("Relu", g.conv(x, 3, 8, pads=[1, 1, 1, 1]))
    body = g.node("Relu", g.bn(g.conv(x, 8, 16, bias=False, pads=[1, 1, 1, 1], strides=[2, 2]), 16))
    body = g.bn(g.conv(body, 16, 16, bias=False, pads=[1, 1, 1, 1]), 16)
    short = g.node("Slice", x, g.ints("starts", 0, 0), g.ints("ends", INT64_MAX, INT64_MAX), g.ints("axes", 2, 3),
                   g.ints("steps", 2, 2))
    short = g.node("Pad", short, g.ints("pads", 0, 4, 0, 0, 0, 4, 0, 0))
    return g.node("Relu", g.node("Add", body, short))


@net(opset=9, ir_version=4)
def slice_attributes(g, x):
    """Opset 9: starts, ends and axes as attributes, negative and beyond the end; without axes."""
    x = g.node("Slice", x, starts=[1, -12], ends=[100, -1], axes=[2, 3])
    x = g.conv(x, 3, 8, pads=[1, 1, 1, 1])
    x = g.node("Slice", x, starts=[2], ends=[7], axes=[1])
    return g.node("Slice", g.node("Relu", x), starts=[0, 0, 3], ends=[INT64_MAX, 5, 12])


@net()
def slice_steps(g, x):
    """Steps, negative ones and negative axes; a channel split whose halves are swapped and rejoined."""
    x = g.node("Slice", x, g.ints("s0", -1), g.ints("e0", -INT64_MAX), g.ints("a0", -1), g.ints("t0", -1))
    x = g.conv(x, 3, 8, pads=[1, 1, 1, 1])
    first = g.node("Slice", x, g.ints("zero", 0), g.ints("four", 4), g.ints("one", 1))
    second = g.node("Slice", x, "four", g.ints("eight", 8), "one")
    x = g.node("Concat", second, g.conv(first, 4, 4, 1), axis=1)
    return g.node("Slice", x, g.ints("s1", 12, 1), g.ints("e1", 2, 11), g.ints("a1", 2, 3), g.ints("t1", -2, 3))


@net(shape=(3, 10, 6))
def channel_shuffle(g, x):
    """Reshape to rank 5, Transpose, Reshape back, with 0 and -1 among the dims; then to [N, places, channels]."""
    x = g.conv(x, 3, 8, pads=[1, 1, 1, 1])
    x = g.node("Reshape", x, g.ints("split", 0, 2, 4, 10, 6))
    x = g.node("Transpose", x, perm=[0, 2, 1, 3, 4])
    x = g.conv(g.node("Reshape", x, g.ints("join", 0, -1, 10, 6)), 8, 6, 1)
    x = g.node("Reshape", x, g.ints("places", 0, 0, -1))
    return g.node("Transpose", x, perm=[0, 2, 1])


@net()
def reshape_by_shape(g, x):
    """The way exporters flatten: Shape, Gather the batch, Unsqueeze, Concat with -1, Reshape; a Cast on the way."""
    x = g.node("GlobalAveragePool", g.node("Relu", g.conv(x, 3, 8)))
    batch = g.node("Gather", g.node("Shape", x), g.weight("first", np.int64(0)), axis=0)
    batch = g.node("Cast", g.node("Cast", batch, to=TensorProto.INT32), to=TensorProto.INT64)
    dims = g.node("Concat", g.node("Unsqueeze", batch, g.ints("axes", 0)), g.ints("rest", -1), axis=0)
    return g.linear(g.node("Reshape", x, dims), 8, 10)


@net()
def constants(g, x):
    """Weights through Constant, Identity, ConstantOfShape and Cast; a computed scale; all known before the first run."""
    weight = g.node("Identity", g.floats("stored", 6, 3, 3, 3, scale=0.2))
    bias = g.node("Constant", value=onnx.numpy_helper.from_array(g.random(6, scale=0.3), "bias"))
    x = g.node("Conv", x, weight, bias, pads=[1, 1, 1, 1])
    filled = g.node("ConstantOfShape", g.ints("dims", 6, 1, 1), value=helper.make_tensor("v", TensorProto.FLOAT, [1], [0.5]))
    halves = g.node("Cast", g.weight("numbers", np.arange(6, dtype=np.int32).reshape(6, 1, 1)), to=TensorProto.FLOAT)
    x = g.node("Add", x, g.node("Mul", filled, halves))
    zeros = g.node("ConstantOfShape", g.node("Constant", value_ints=[1]))
    return g.node("Identity", g.node("Add", g.node("Relu", x), zeros))


@net(opset=11, ir_version=6)
def squeeze_attributes(g, x):
    """Opset 11: axes of Squeeze and Unsqueeze as attributes, negative too; Dropout without a ratio."""
    x = g.node("GlobalAveragePool", g.conv(x, 3, 8))
    x = g.linear(g.node("Dropout", g.node("Squeeze", x, axes=[2, -1])), 8, 6)
    x = g.node("Unsqueeze", x, axes=[2, 3])
    return g.node("Relu", g.conv(x, 6, 5, 1))


@net()
def squeeze_inputs(g, x):
    """Opset 13: axes as inputs; Dropout with ratio and training_mode inputs; Gather of channels."""
    x = g.conv(x, 3, 8, strides=[2, 2])
    x = g.node("Gather", x, g.ints("order", 7, 0, 3, -1), axis=1)
    x = g.node("Dropout", x, g.weight("ratio", np.float32(0.5)), g.weight("training", np.bool_(False)))
    x = g.node("GlobalAveragePool", x)
    x = g.node("Squeeze", x, g.ints("axes", 2, 3))
    x = g.node("Unsqueeze", g.linear(x, 4, 6), g.ints("last", -1))
    return g.node("Squeeze", x, "last")


@net(opset=9, ir_version=3)
def old_style(g, x):
    """IR version 3: initialisers are graph inputs as well, and hold typed fields instead of raw_data. One output of
    BatchNormalization, Reshape by an int64 initialiser."""
    x = g.node("Relu", g.bn(g.conv(x, 3, 8, strides=[2, 2]), 8))
    x = g.node("Reshape", g.node("GlobalAveragePool", x), g.ints("dims", -1, 8))
    x = g.linear(x, 8, 5)
    for index, stored in enumerate(g.initializers):
        array = onnx.numpy_helper.to_array(stored)
        g.initializers[index] = helper.make_tensor(stored.name, stored.data_type, array.shape, array.ravel())
        g.input(stored.name, list(array.shape), stored.data_type)
    return x


@net()
def dead_branch(g, x):
    """Nodes and initialisers that nothing needs; they may be dropped."""
    x = g.node("Relu", g.conv(x, 3, 4, 3))
    g.node("Sigmoid", g.conv(x, 4, 4, 1))
    g.floats("unused", 7, 7)
    return g.conv(x, 4, 4, 1)


@net(shape=(3, 9, 12), further=((1, 3, 17, 5), (2, 3, 4, 31), (5, 3, 1, 1)))
def open_sizes(g, x):
    """Batch, height and width open: a stem, a strided shortcut, pools, and a channel shuffle whose sizes come from Shape."""
    x = g.node("Relu", g.bn(g.conv(x, 3, 8, pads=[1, 1, 1, 1]), 8))
    body = g.conv(g.node("Relu", g.conv(x, 8, 8, pads=[1, 1, 1, 1], strides=[2, 2])), 8, 8, pads=[1, 1, 1, 1])
    x = g.node("Relu", g.node("Add", body, g.conv(x, 8, 8, 1, strides=[2, 2])))
    pooled = g.node("MaxPool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    averaged = g.node("AveragePool", x, kernel_shape=[2, 2], strides=[1, 1], pads=[0, 0, 1, 1])
    x = g.node("Concat", pooled, averaged, axis=1)
    shape = g.node("Shape", x)
    batch = g.node("Slice", shape, g.ints("zero", 0), g.ints("one", 1))
    sides = g.node("Slice", shape, g.ints("two", 2), g.ints("four", 4))
    x = g.node("Reshape", x, g.node("Concat", batch, g.ints("groups", 2, 8), sides, axis=0))
    x = g.node("Transpose", x, perm=[0, 2, 1, 3, 4])
    x = g.node("Reshape", x, g.node("Concat", batch, g.ints("channels", -1), sides, axis=0))
    gate = g.node("Sigmoid", g.conv(g.node("GlobalAveragePool", x), 16, 16, 1))
    return g.conv(g.node("Mul", x, gate), 16, 6, 1)
