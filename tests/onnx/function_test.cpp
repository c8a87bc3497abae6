// Functions that a model brings along: put in the place of their calls, by name, within limits.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "onnx/loader.h"
#include "tests/onnx/net.h"

namespace yy::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Names = std::vector<std::string>;

onnx_pb::Function& add_function(onnx_pb::Model& model, const std::string& name, const Names& inputs,
                                const Names& outputs) {
  onnx_pb::Function& function = *model.add_functions();
  function.set_name(name);
  function.set_domain("local");
  for (const std::string& input : inputs) function.add_input(input);
  for (const std::string& output : outputs) function.add_output(output);
  function.add_opset_import()->set_version(13);
  return function;
}

onnx_pb::Node& add_body(onnx_pb::Function& function, const std::string& op_type, const std::string& name,
                        const Names& inputs, const Names& outputs) {
  onnx_pb::Node& node = *function.add_node();
  node.set_op_type(op_type);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  for (const std::string& output : outputs) node.add_output(output);
  return node;
}

onnx_pb::Node& add_call(onnx_pb::Model& model, const std::string& function, const std::string& name,
                        const Names& inputs, const Names& outputs) {
  onnx_pb::Node& call = add_node(model, function, name, inputs, outputs);
  call.set_domain("local");
  return call;
}

void add_reference(onnx_pb::Node& node, const std::string& attribute, const std::string& of_function) {
  onnx_pb::Attribute& reference = *node.add_attribute();
  reference.set_name(attribute);
  reference.set_type(2);
  reference.set_ref_attr_name(of_function);
}

// small_model() with a function Twice(a) = a + a.
onnx_pb::Model model_with_twice() {
  onnx_pb::Model model = small_model();
  onnx_pb::Function& twice = add_function(model, "Twice", {"a"}, {"sum"});
  add_body(twice, "Relu", "inner", {"a"}, {"h"});
  add_body(twice, "Add", "add", {"h", "h"}, {"sum"});
  return model;
}

// "Add add1(h, w -> y)" for each node.
Names texts(const Graph& graph) {
  const auto names = [&](const std::vector<ValueId>& ids) {
    std::string list;
    for (ValueId id : ids) list += (list.empty() ? "" : ", ") + (id == no_value ? "-" : graph.value(id).name);
    return list;
  };
  Names result;
  for (const Node& node : graph.nodes) {
    result.push_back(
        fmt::format("{} {}({} -> {})", node.op->name(), node.name, names(node.inputs), names(node.outputs)));
  }
  return result;
}

Names texts(const onnx_pb::Model& model) {
  return texts(parse(model).graph);
}

std::string refusal(const onnx_pb::Model& model) {
  return message_of([&] { parse(model); });
}

TEST(Functions, StandInThePlaceOfTheirCalls) {
  onnx_pb::Model model = model_with_twice();
  add_call(model, "Twice", "t1", {"y"}, {"z"});
  add_call(model, "Twice", "t2", {"z"}, {"u"});
  EXPECT_THAT(texts(model), ElementsAre("Relu relu1(x -> h)", "Add add1(h, w -> y)",
                                        "Relu t1/inner(y -> t1/h)", "Add t1/add(t1/h, t1/h -> z)",
                                        "Relu t2/inner(z -> t2/h)", "Add t2/add(t2/h, t2/h -> u)"));
}

TEST(Functions, ThatNobodyCallsAreNotRead) {
  onnx_pb::Model model = model_with_twice();
  add_body(*model.mutable_functions(0), "Mystery", "m", {"nowhere"}, {"out"});
  EXPECT_EQ(texts(model).size(), 2u);
}

TEST(Functions, WithoutNamesGetSomeThatAreUnique) {
  onnx_pb::Model model = model_with_twice();
  for (onnx_pb::Node& node : *model.mutable_functions(0)->mutable_node()) node.clear_name();
  add_node(model, "Relu", "Twice/", {"y"}, {"Twice/h"});
  add_call(model, "Twice", "", {"y"}, {"z"});
  add_call(model, "Twice", "", {"z"}, {"u"});
  const Names found = texts(model);
  ASSERT_EQ(found.size(), 7u);
  EXPECT_EQ(found[3], "Relu Twice/Relu_0(y -> Twice/h#1)");
  EXPECT_EQ(found[4], "Add Twice/Add_1(Twice/h#1, Twice/h#1 -> z)");
  EXPECT_THAT(found[5], HasSubstr("Relu_0(z -> "));
  EXPECT_THAT(found[6], HasSubstr(" -> u)"));
}

TEST(Functions, CallEachOther) {
  onnx_pb::Model model = model_with_twice();
  onnx_pb::Function& four = add_function(model, "Four", {"a"}, {"b"});
  add_body(four, "Twice", "first", {"a"}, {"m"}).set_domain("local");
  add_body(four, "Twice", "second", {"m"}, {"b"}).set_domain("local");
  add_call(model, "Four", "f", {"y"}, {"z"});
  EXPECT_THAT(
      texts(model),
      ElementsAre("Relu relu1(x -> h)", "Add add1(h, w -> y)", "Relu f/first/inner(y -> f/first/h)",
                  "Add f/first/add(f/first/h, f/first/h -> f/m)", "Relu f/second/inner(f/m -> f/second/h)",
                  "Add f/second/add(f/second/h, f/second/h -> z)"));
}

TEST(Functions, AreToldApartByOverload) {
  onnx_pb::Model model = model_with_twice();
  onnx_pb::Function& other = add_function(model, "Twice", {"a"}, {"b"});
  other.set_overload("tanh");
  add_body(other, "Tanh", "tanh", {"a"}, {"b"});
  add_call(model, "Twice", "t", {"y"}, {"z"}).set_overload("tanh");
  EXPECT_EQ(texts(model).back(), "Tanh t/tanh(y -> z)");
  add_call(model, "Twice", "none", {"y"}, {"u"}).set_overload("absent");
  EXPECT_THAT(refusal(model),
              HasSubstr("'Twice' of domain 'local' (not imported) is not supported; 1 node: 'none'"));
}

TEST(Functions, LeaveOutInputsAndOutputs) {
  onnx_pb::Model model = small_model();
  onnx_pb::Function& clip = add_function(model, "Limit", {"a", "low", "high"}, {"b", "more", "raw"});
  add_body(clip, "Clip", "clip", {"a", "low", "high"}, {"b"});
  add_body(clip, "Relu", "more", {"b"}, {"more"});
  add_weight(model, "most", {}, {1});
  add_call(model, "Limit", "c1", {"y", "", "most"}, {"z", "", ""});
  add_call(model, "Limit", "c2", {"z"}, {"u"});
  EXPECT_THAT(texts(model), ElementsAre("Relu relu1(x -> h)", "Add add1(h, w -> y)",
                                        "Clip c1/clip(y, -, most -> z)", "Relu c1/more(z -> c1/more)",
                                        "Clip c2/clip(z, -, - -> u)", "Relu c2/more(u -> c2/more)"));
}

TEST(Functions, PassInputsOn) {
  onnx_pb::Model model = small_model();
  add_function(model, "Same", {"a", "b"}, {"b", "a", "b"});
  add_call(model, "Same", "s", {"y", "x"}, {"p", "q", "r"});
  EXPECT_THAT(texts(model),
              ElementsAre("Relu relu1(x -> h)", "Add add1(h, w -> y)", "Identity s/Identity(x -> p)",
                          "Identity s/Identity#1(y -> q)", "Identity s/Identity#2(x -> r)"));
}

TEST(Functions, HaveAttributesWithDefaults) {
  onnx_pb::Model model = small_model();
  onnx_pb::Function& flat = add_function(model, "Flat", {"a"}, {"b"});
  flat.add_attribute("given");
  onnx_pb::Attribute& otherwise = *flat.add_attribute_proto();
  otherwise.set_name("otherwise");
  otherwise.set_type(2);
  otherwise.set_i(7);
  add_reference(add_body(flat, "Flatten", "f1", {"a"}, {"m"}), "axis", "given");
  add_reference(add_body(flat, "Flatten", "f2", {"m"}, {"b"}), "axis", "otherwise");
  onnx_pb::Function& outer = add_function(model, "Outer", {"a"}, {"b"});
  outer.add_attribute("axis");
  onnx_pb::Node& inner_call = add_body(outer, "Flat", "inner", {"a"}, {"b"});
  inner_call.set_domain("local");
  add_reference(inner_call, "given", "axis");
  add_int(add_call(model, "Outer", "o", {"y"}, {"z"}), "axis", 2);
  add_call(model, "Flat", "plain", {"y"}, {"u"});
  const OpInput input{true, {{2, 3, 5, 7, 1, 1, 1}, DType::f32, {}}, nullptr};
  std::map<std::string, Shape> shapes;
  for (const Node& node : parse(model).graph.nodes) {
    if (node.op->name() == "Flatten") shapes[node.name] = node.op->infer(std::span(&input, 1))[0].shape;
  }
  EXPECT_EQ(shapes.at("o/inner/f1"), (Shape{6, 35}));   // 2, as given
  EXPECT_EQ(shapes.at("o/inner/f2"), (Shape{210, 1}));  // 7, the default
  EXPECT_EQ(shapes.at("plain/f1"), (Shape{2, 105}));    // left out: the operator's own default
}

// Squeeze takes its axes as an attribute before opset 13 and as an input from then on.
TEST(Functions, AreReadInTheirOwnOpset) {
  onnx_pb::Model model = small_model();
  onnx_pb::Function& squeeze = add_function(model, "Squeeze11", {"a"}, {"b"});
  squeeze.mutable_opset_import(0)->set_version(11);
  onnx_pb::Attribute& axes = *add_body(squeeze, "Squeeze", "s", {"a"}, {"b"}).add_attribute();
  axes.set_name("axes");
  axes.set_type(7);
  axes.add_ints(0);
  add_call(model, "Squeeze11", "call", {"y"}, {"z"});
  EXPECT_EQ(texts(model).back(), "Squeeze call/s(y -> z)");
  squeeze.mutable_opset_import(0)->set_version(13);
  EXPECT_THAT(refusal(model), HasSubstr("node 'call/s' (Squeeze): attribute 'axes' is not known"));
  squeeze.mutable_opset_import(0)->set_version(5);
  EXPECT_THAT(refusal(model), HasSubstr("node 'call' (Squeeze11): the function is written in opset 5"));
}

TEST(Functions, SeeNothingOfTheGraph) {
  onnx_pb::Model model = model_with_twice();
  add_body(*model.mutable_functions(0), "Relu", "odd", {"x"}, {"odd"});
  add_call(model, "Twice", "t", {"y"}, {"z"});
  EXPECT_THAT(refusal(model), HasSubstr("node 't/odd' (Relu): its input 0 is 't/x', which nothing"));
}

TEST(Functions, ProblemsInTheirBodiesAreNamed) {
  onnx_pb::Model model = model_with_twice();
  add_int(*model.mutable_functions(0)->mutable_node(0), "twist", 1);
  add_body(*model.mutable_functions(0), "Mystery", "m", {"a"}, {"b"});
  add_call(model, "Twice", "t", {"y"}, {"z"});
  const std::string message = refusal(model);
  EXPECT_THAT(message, HasSubstr("2 problems"));
  EXPECT_THAT(message, HasSubstr("node 't/inner' (Relu): attribute 'twist' is not known"));
  EXPECT_THAT(message, HasSubstr("operator 'Mystery' (opset 13) is not supported; 1 node: 't/m'"));
}

TEST(Functions, CallsThatDoNotFitAreRefused) {
  onnx_pb::Model model = model_with_twice();
  add_call(model, "Twice", "many", {"y", "y"}, {"a"});
  add_call(model, "Twice", "more", {"y"}, {"b", "c"});
  add_int(add_call(model, "Twice", "odd", {"y"}, {"d"}), "twist", 1);
  const std::string message = refusal(model);
  EXPECT_THAT(message, HasSubstr("3 problems"));
  EXPECT_THAT(message, HasSubstr("node 'many' (Twice): it has 2 inputs, the function 1"));
  EXPECT_THAT(message, HasSubstr("node 'more' (Twice): it has 2 outputs, the function 1"));
  EXPECT_THAT(message, HasSubstr("node 'odd' (Twice): attribute 'twist' is not known for the function"));
}

TEST(Functions, DefinedTwiceAreRefused) {
  onnx_pb::Model model = model_with_twice();
  *model.add_functions() = onnx_pb::Function(model.functions(0));
  EXPECT_THAT(refusal(model), HasSubstr("function 'Twice' of domain 'local' is defined twice"));
}

TEST(Functions, ThatCallThemselvesAreRefused) {
  onnx_pb::Model model = model_with_twice();
  onnx_pb::Function& ping = add_function(model, "Ping", {"a"}, {"b"});
  add_body(ping, "Pong", "p", {"a"}, {"b"}).set_domain("local");
  onnx_pb::Function& pong = add_function(model, "Pong", {"a"}, {"b"});
  add_body(pong, "Ping", "q", {"a"}, {"b"}).set_domain("local");
  add_call(model, "Ping", "start", {"y"}, {"z"});
  EXPECT_THAT(refusal(model), HasSubstr("node 'start/p/q' (Ping): the function calls itself"));
}

// Each calls the one before it `times` times, so that a small file asks for times^levels calls.
onnx_pb::Model tower(int levels, int times, bool with_nodes) {
  onnx_pb::Model model = small_model();
  for (int level = 0; level < levels; ++level) {
    onnx_pb::Function& function = add_function(model, fmt::format("F{}", level), {"a"}, {"b"});
    for (int i = 0; i < times && level > 0; ++i) {
      add_body(function, fmt::format("F{}", level - 1), "", {"a"}, {fmt::format("b{}", i)})
          .set_domain("local");
    }
    if (with_nodes) add_body(function, "Relu", "", {"a"}, {"b"});
  }
  add_call(model, fmt::format("F{}", levels - 1), "top", {"y"}, {"z"});
  return model;
}

TEST(Functions, ThatGrowWithoutBoundAreRefused) {
  for (bool with_nodes : {false, true}) {
    EXPECT_THAT(refusal(tower(30, 2, with_nodes)), HasSubstr("more than 100000 nodes and calls"));
    EXPECT_THAT(refusal(tower(3, 1000, with_nodes)), HasSubstr("more than 100000 nodes and calls"));
  }
  EXPECT_EQ(parse(tower(30, 1, true)).graph.nodes.size(), 32u);
  EXPECT_THAT(refusal(tower(40, 1, true)), HasSubstr("calls are nested deeper than 32"));
}

TEST(Functions, ThatRepeatMuchDataAreRefused) {
  onnx_pb::Model model = small_model();
  onnx_pb::Function& function = add_function(model, "Big", {"a"}, {"b"});
  onnx_pb::Node& constant = add_body(function, "Constant", "c", {}, {"b"});
  onnx_pb::Attribute& value = *constant.add_attribute();
  value.set_name("value");
  value.set_type(4);
  value.mutable_t()->set_data_type(2);
  value.mutable_t()->add_dims(1 << 20);
  value.mutable_t()->set_raw_data(std::string(1 << 20, '\1'));
  for (int i = 0; i < 300; ++i) add_call(model, "Big", "", {"y"}, {fmt::format("z{}", i)});
  EXPECT_THAT(refusal(model), HasSubstr("hold more than 256 MiB"));
}

}  // namespace
}  // namespace yy::test
