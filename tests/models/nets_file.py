"""Test nets of what a file may hold besides a plain graph in float32: other floats, functions, branches."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from net import LOCAL, net


@net()
def other_floats(g, x):
    """Weights in float16, bfloat16 and double, raw and in typed fields, cast to float32 before they are used."""
    def cast(name):
        return g.node("Cast", name, to=TensorProto.FLOAT, name=f"cast.{name}")

    def bits(name, array):
        """bfloat16: the upper half of a float32."""
        upper = (np.ascontiguousarray(array).view(np.uint32) >> 16).astype(np.uint16)
        g.initializers.append(helper.make_tensor(name, TensorProto.BFLOAT16, array.shape, upper.tobytes(), raw=True))
        return name

    half = g.weight("half", (g.random(6, 3, 3, 3) * 0.2).astype(np.float16))
    x = g.node("Conv", x, cast(half), cast(g.weight("tiny", np.full(6, 6e-8, np.float16))), pads=[1, 1, 1, 1])
    x = g.node("Conv", g.node("Relu", x), cast(bits("brain", g.random(5, 6, 1, 1, scale=0.4))))
    wide = g.random(5, 1, 1).astype(np.float64)
    typed = helper.make_tensor("typed", TensorProto.FLOAT16, [5, 1, 1], np.array([0.5, -2, 1, 3, 0.1], np.float16))
    g.initializers.append(typed)
    g.initializers.append(helper.make_tensor("double", TensorProto.DOUBLE, [5, 1, 1], wide.ravel()))
    x = g.node("Mul", x, cast("double"))
    inline = g.node("Constant", value=numpy_helper.from_array(np.array([[[0.25]]], np.float16), "inline"))
    return g.node("Add", g.node("Add", x, cast("typed")), g.node("Cast", inline, to=TensorProto.FLOAT))


def _reference(op, inputs, outputs, **references):
    """A node whose attributes are those of the function around it."""
    node = helper.make_node(op, inputs, outputs)
    for name, (of_function, kind) in references.items():
        attribute = node.attribute.add()
        attribute.name, attribute.ref_attr_name, attribute.type = name, of_function, kind
    return node


@net(opset=17, ir_version=9)
def functions(g, x):
    """Functions of the model's own: one that calls another, attributes with and without a default, an input left out,
    an output that nobody reads."""
    own = [helper.make_opsetid("", 17), helper.make_opsetid(LOCAL, 1)]
    ints = _reference("Conv", ["x", "w", "b"], ["y"], strides=("strides", 7), group=("group", 2))
    ints.attribute.append(helper.make_attribute("pads", [1, 1, 1, 1]))
    g.functions.append(helper.make_function(LOCAL, "PaddedConv", ["x", "w", "b"], ["y"], [ints], own, ["strides"],
                                            [helper.make_attribute("group", 1)]))
    body = [helper.make_node("PaddedConv", ["x", "w", "b"], ["sum"], domain=LOCAL, strides=[2, 2]),
            helper.make_node("Sigmoid", ["sum"], ["gate"]),
            helper.make_node("Mul", ["sum", "gate"], ["y"])]
    g.functions.append(helper.make_function(LOCAL, "SiluConv", ["x", "w", "b"], ["y", "gate"], body, own))
    x = g.node("SiluConv", x, g.floats("w1", 8, 3, 3, 3, scale=0.3), g.floats("b1", 8), domain=LOCAL,
               outputs=["silu1", "unread"])[0]
    x = g.node("SiluConv", x, g.floats("w2", 6, 8, 3, 3, scale=0.2), domain=LOCAL, outputs=["silu", "gates"])[0]
    return g.node("PaddedConv", x, g.floats("w3", 6, 3, 3, 3, scale=0.3), domain=LOCAL, strides=[1, 1], group=2)


@net()
def known_if(g, x):
    """Ifs whose conditions are known: an initializer, a Constant through Cast and Not; the branch reads values of the
    graph, has a weight of its own, and holds another If."""
    def branch(nodes, output, weights=()):
        return helper.make_graph(nodes, "branch", [], [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], weights)

    x = g.conv(x, 3, 4)
    own = numpy_helper.from_array(g.random(4, 1, 1), "own")
    add = branch([helper.make_node("Add", [x, "own"], ["moved"])], "moved", [own])
    sub = branch([helper.make_node("Relu", [x], ["cut"])], "cut")
    x = g.node("If", g.weight("yes", np.array(True)), then_branch=add, else_branch=sub)
    one = g.node("Constant", value_int=1)
    no = g.node("Not", g.node("Cast", one, to=TensorProto.BOOL))
    inner = helper.make_node("If", ["yes"], ["deep"], then_branch=branch([helper.make_node("Tanh", ["wide"], ["t"])], "t"),
                             else_branch=branch([helper.make_node("Relu", ["wide"], ["r"])], "r"))
    outer = branch([helper.make_node("Mul", [x, x], ["wide"]), inner], "deep")
    x = g.node("If", no, then_branch=sub, else_branch=outer)
    return g.conv(x, 4, 5)
