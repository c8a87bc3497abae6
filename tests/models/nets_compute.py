"""Test nets of operators that compute: convolution, normalisation, activation, sums, pooling, Gemm, Softmax."""
import numpy as np

from net import BATCH, net


@net()
def conv_kinds(g, x):
    """Stride 2 with asymmetric pads, 1x1, 5x5 depthwise, grouped, dilated, 1x3 with unequal strides, without bias."""
    x = g.conv(x, 3, 8, 3, strides=[2, 2], pads=[0, 1, 2, 1])
    x = g.conv(x, 8, 12, 1, bias=False)
    x = g.conv(x, 12, 12, 5, group=12, pads=[2, 2, 2, 2])
    x = g.conv(x, 12, 8, 3, group=4, pads=[1, 1, 1, 1])
    x = g.conv(x, 8, 8, 3, bias=False, dilations=[2, 1], pads=[2, 1, 2, 1])
    return g.conv(x, 8, 6, (1, 3), strides=[1, 2], pads=[0, 1, 0, 1])


@net()
def conv_auto_pad(g, x):
    """SAME_UPPER and SAME_LOWER at stride 2 on odd and even sides, VALID; depthwise multiplier 2."""
    x = g.conv(x, 3, 8, 3, auto_pad="SAME_UPPER", strides=[2, 2])
    x = g.conv(x, 8, 16, 5, group=8, auto_pad="SAME_LOWER", strides=[1, 2])
    x = g.conv(x, 16, 8, 2, auto_pad="SAME_UPPER")
    return g.conv(x, 8, 8, 3, auto_pad="VALID")


@net()
def batch_norm_places(g, x):
    """Before a padded convolution (must not fold into it), after one with and without bias, after a Relu, and after a
    convolution whose result is also used unnormalised."""
    x = g.conv(g.bn(x, 3), 3, 8, pads=[1, 1, 1, 1])
    x = g.node("Relu", g.bn(x, 8))
    x = g.bn(g.conv(g.bn(x, 8), 8, 8, group=8, bias=False, pads=[1, 1, 1, 1]), 8, epsilon=1e-5)
    x = g.conv(x, 8, 8, 1)
    return g.node("Add", g.bn(x, 8), x)


@net(opset=10, ir_version=5)
def clip_attributes(g, x):
    """Opset 10: bounds as attributes, either absent; Dropout with a ratio; AveragePool and MaxPool of that opset."""
    x = g.node("Clip", g.conv(x, 3, 8, pads=[1, 1, 1, 1]), min=0.0, max=1.0)
    x = g.node("Clip", g.conv(x, 8, 8, 1), min=-0.25)
    x = g.node("Dropout", g.node("Clip", x, max=0.75), ratio=0.4)
    x = g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    return g.node("AveragePool", x, kernel_shape=[3, 3])


@net()
def clip_inputs(g, x):
    """Both bounds, either absent, neither; bounds shared between nodes, one from a Constant."""
    low, high = g.weight("low", np.float32(-0.5)), g.weight("high", np.float32(0.8))
    ceiling = g.node("Constant", value_float=0.6)
    x = g.node("Clip", g.conv(x, 3, 8, pads=[1, 1, 1, 1]), low, high)
    x = g.node("Clip", g.conv(x, 8, 8, 1), low)
    x = g.node("Clip", g.conv(x, 8, 8, 1), "", high)
    x = g.node("Clip", x, "", ceiling)
    return g.node("Clip", g.conv(x, 8, 4, 1))


@net()
def silu_gate(g, x):
    """x * sigmoid(x) in both orders, and a squeeze-and-excitation gate, broadcast over the places."""
    x = g.conv(x, 3, 8, pads=[1, 1, 1, 1], strides=[2, 2])
    x = g.node("Mul", x, g.node("Sigmoid", x))
    x = g.conv(x, 8, 8, group=8, pads=[1, 1, 1, 1])
    x = g.node("Mul", g.node("Sigmoid", x), x)
    gate = g.node("Relu", g.conv(g.node("GlobalAveragePool", x), 8, 2, 1))
    gate = g.node("Sigmoid", g.conv(gate, 2, 8, 1))
    x = g.conv(g.node("Mul", x, gate), 8, 8, 1)
    return g.node("Mul", gate, x)


@net()
def residual(g, x):
    """Add in both orders, a shortcut used again later, a sum of a value with itself, two convolutions into one Add."""
    x = g.node("Relu", g.conv(x, 3, 8, pads=[1, 1, 1, 1]))
    y = g.node("Add", g.conv(x, 8, 8, pads=[1, 1, 1, 1]), x)
    z = g.node("Add", y, g.conv(g.node("Relu", y), 8, 8, 1))
    z = g.node("Relu", g.node("Add", z, x))
    z = g.node("Add", g.conv(z, 8, 8, 1), g.conv(y, 8, 8, 1))
    return g.node("Add", z, z)


@net()
def add_constant(g, x):
    """Constants per channel ([C,1,1] and [1,C,1,1], either side), per place, scalar; Mul by a scale likewise."""
    x = g.node("Add", x, g.floats("shift", 3, 1, 1))
    x = g.node("Mul", g.floats("scale", 1, 3, 1, 1), x)
    x = g.node("Add", g.floats("after", 1, 6, 1, 1), g.conv(x, 3, 6, bias=False, pads=[1, 1, 1, 1]))
    x = g.node("Mul", g.conv(x, 6, 6, 1), g.floats("scale2", 6, 1, 1))
    x = g.node("Add", x, g.floats("row", 13))
    return g.node("Mul", g.node("Add", x, g.weight("one", np.float32(1.5))), g.floats("place", 1, 1, 17, 13))


@net()
def pools(g, x):
    """MaxPool and AveragePool with pads and ceil_mode, count_include_pad 0 and 1, asymmetric pads, auto_pad."""
    x = g.conv(x, 3, 8, pads=[1, 1, 1, 1])
    x = g.node("MaxPool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
    x = g.node("AveragePool", x, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    x = g.node("AveragePool", x, kernel_shape=[3, 2], pads=[1, 0, 1, 1], count_include_pad=1)
    x = g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    x = g.node("MaxPool", g.conv(x, 8, 8, 1), kernel_shape=[3, 3], strides=[1, 1], pads=[0, 0, 2, 2])
    return g.node("MaxPool", x, kernel_shape=[2, 2], strides=[1, 1], auto_pad="SAME_UPPER")


@net(shape=(4, 15, 12))
def pool_ceil(g, x):
    """AveragePool with ceil_mode whose last window reaches over the edge; GlobalAveragePool kept as 4-D."""
    x = g.node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    x = g.node("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1)
    return g.node("Add", x, g.node("GlobalAveragePool", x))


@net(shape=(3, 6, 5))
def gemm_kinds(g, x):
    """transA, transB, alpha, beta; C as vector, row, scalar and absent; Flatten at axis 1 and -3."""
    x = g.node("Flatten", g.conv(x, 3, 4, 3), axis=-3)
    x = g.node("Gemm", x, g.floats("b0", 48, 16, scale=0.2), g.floats("c0", 16), alpha=0.5, beta=1.5)
    x = g.node("Transpose", x, perm=[1, 0])
    x = g.node("Gemm", x, g.floats("b1", 16, 12, scale=0.3), g.floats("c1", 1, 12), transA=1)
    x = g.node("Gemm", x, g.floats("b2", 10, 12, scale=0.3), transB=1)
    return g.node("Gemm", g.node("Relu", x), g.floats("b3", 10, 7, scale=0.4), g.weight("c3", np.float32(0.25)), beta=2.0)


@net(opset=11, ir_version=6, shape=(3, 5, 4))
def softmax_flattened(g, x):
    """Opset 11: Softmax of a 4-D value over everything from the axis on."""
    x = g.node("Softmax", g.conv(x, 3, 6, 1, scale=2), axis=2)
    x = g.conv(x, 6, 4, 1, scale=20)
    return g.node("Softmax", x)


@net(shape=(3, 7, 5))
def softmax_axes(g, x):
    """Opset 13: along the channels, along the last axis by default, along the rows."""
    x = g.node("Softmax", g.conv(x, 3, 6, 1, scale=2), axis=1)
    x = g.node("Softmax", g.conv(x, 6, 4, 1, scale=8))
    return g.node("Softmax", g.conv(x, 4, 4, 1, scale=8), axis=-2)


@net(shape=(3, 20, 20), batch=BATCH)
def bottleneck_fixed_batch(g, x):
    """The batch is a number, 3: an inverted bottleneck with ReLU6 and a classifier that ends in Softmax."""
    zero, six = g.weight("zero", np.float32(0)), g.weight("six", np.float32(6))
    x = g.node("Clip", g.bn(g.conv(x, 3, 8, bias=False, strides=[2, 2], pads=[0, 0, 1, 1]), 8), zero, six)
    y = g.node("Clip", g.bn(g.conv(x, 8, 24, 1, bias=False), 24), zero, six)
    y = g.node("Clip", g.bn(g.conv(y, 24, 24, bias=False, group=24, pads=[1, 1, 1, 1]), 24), zero, six)
    x = g.node("Add", x, g.bn(g.conv(y, 24, 8, 1, bias=False), 8))
    x = g.linear(g.node("Flatten", g.node("GlobalAveragePool", x)), 8, 10)
    return g.node("Softmax", x, axis=1)
