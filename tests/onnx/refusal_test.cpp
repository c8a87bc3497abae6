// What the loader says about bad models: all their problems, by name.
#include <algorithm>
#include <functional>
#include <gtest/gtest.h>

#include "onnx/loader.h"
#include "runtime/error.h"
#include "tests/onnx/net.h"

namespace yy::test {
namespace {

std::string refusal(const onnx_pb::Model& model) {
  return message_of([&] { parse(model); });
}

std::string refusal_of_bytes(const std::string& bytes) {
  return message_of([&] { parse_onnx(as_bytes(bytes), "m.onnx"); });
}

void expect_parts(const std::string& message, const std::vector<std::string>& parts) {
  EXPECT_EQ(message.rfind("m.onnx", 0), 0u) << message;
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
}

TEST(Refusal, NamesFilesThatCannotBeRead) {
  EXPECT_EQ(message_of([] { load_onnx("no/such/file.onnx"); }), "no/such/file.onnx: there is no such file");
  EXPECT_EQ(message_of([] { load_onnx("/"); }), "/: it is not a file");
  EXPECT_EQ(message_of([] { load_onnx("/dev/zero"); }), "/dev/zero: it is not a file");
}

TEST(Refusal, SaysWhatIsNotAnOnnxModel) {
  expect_parts(refusal_of_bytes(""), {"m.onnx is empty"});
  expect_parts(refusal_of_bytes("a line of text\n"), {"is not an ONNX model", "'a line of te'"});
  expect_parts(refusal_of_bytes("\x89PNG\r\n\x1a\n----IHDR"), {"is not an ONNX model", "'\\x89PNG\\x0d"});
  expect_parts(refusal_of_bytes("{\"ir_version\": 8}"), {"is not an ONNX model"});
  expect_parts(refusal_of_bytes(small_model().graph().SerializeAsString()), {"is not an ONNX model"});
}

TEST(Refusal, SaysThatAFileIsTruncated) {
  const std::string whole = small_model().SerializeAsString();
  for (std::size_t size = 2; size < whole.size(); ++size) {
    const std::string message = refusal_of_bytes(whole.substr(0, size));
    const bool said = message.find("is truncated") != std::string::npos ||
                      message.find("no graph") != std::string::npos ||
                      message.find("opset") != std::string::npos;
    EXPECT_TRUE(said) << size << ": " << message;
  }
}

TEST(Refusal, SaysThatAFileIsDamaged) {
  onnx_pb::Model model = small_model();
  std::string bytes = model.SerializeAsString();
  const std::size_t at = bytes.find("relu1");
  ASSERT_NE(at, std::string::npos);
  bytes[at - 1] = '\x7f';  // the name's length
  expect_parts(refusal_of_bytes(bytes), {"is damaged at byte"});
}

std::string numbered(char letter, int i) {
  return std::string(1, letter).append(std::to_string(i));
}

TEST(Refusal, CollectsAllProblems) {
  onnx_pb::Model model = small_model();
  for (int i = 0; i < 12; ++i) {
    add_node(model, "Mystery", numbered('m', i), {"y"}, {numbered('m', i)});
  }
  add_node(model, "Riddle", "r", {"nowhere"}, {"r"}).set_domain("com.example");
  add_int(*model.mutable_graph()->mutable_node(0), "twist", 1);
  expect_parts(refusal(model),
               {"m.onnx: 4 problems\n", "'Mystery' (opset 13) is not supported; 12 nodes: 'm0', 'm1',",
                "and 2 more", "'Riddle' of domain 'com.example' (not imported) is not supported; 1 node: 'r'",
                "node 'r' (Riddle): its input 0 is 'nowhere'", "node 'relu1' (Relu): attribute 'twist'"});
}

TEST(Refusal, ReportsAtMostAHundredProblems) {
  onnx_pb::Model model = small_model();
  for (int i = 0; i < 150; ++i) add_node(model, "Relu", "", {numbered('n', i)}, {numbered('o', i)});
  const std::string message = refusal(model);
  expect_parts(message, {"150 problems", "and 50 more"});
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 101);
}

struct BadCase {
  const char* name;
  std::function<void(onnx_pb::Model&)> spoil;
  std::vector<std::string> parts;
};

void PrintTo(const BadCase& c, std::ostream* out) {
  *out << c.name;
}

onnx_pb::Graph& graph_of(onnx_pb::Model& m) {
  return *m.mutable_graph();
}
onnx_pb::Tensor& weight_of(onnx_pb::Model& m) {
  return *graph_of(m).mutable_initializer(0);
}
onnx_pb::Type& input_type_of(onnx_pb::Model& m) {
  return *graph_of(m).mutable_input(0)->mutable_type();
}

void set_attribute_type(onnx_pb::Model& m, int type) {
  add_int(*graph_of(m).mutable_node(0), "body", 1).set_type(type);
}

class BadModel : public testing::TestWithParam<BadCase> {};

TEST_P(BadModel, IsRefusedByName) {
  onnx_pb::Model model = small_model();
  GetParam().spoil(model);
  expect_parts(refusal(model), GetParam().parts);
}

const BadCase header_cases[] = {
    {"no_graph", [](auto& m) { m.clear_graph(); }, {"no graph"}},
    {"ir_zero", [](auto& m) { m.clear_ir_version(); }, {"ir_version", "found 0"}},
    {"ir_future", [](auto& m) { m.set_ir_version(99); }, {"ir_version", "found 99"}},
    {"no_opset", [](auto& m) { m.clear_opset_import(); }, {"opset"}},
    {"opset_old", [](auto& m) { m.mutable_opset_import(0)->set_version(6); }, {"opset 6", "expected 7 to"}},
    {"opset_future",
     [](auto& m) { m.mutable_opset_import(0)->set_version(1LL << 40); },
     {"opset 1099511627776"}},
    {"opset_twice",
     [](auto& m) {
       m.add_opset_import()->set_domain("ai.onnx");
       m.mutable_opset_import(1)->set_version(12);
     },
     {"opset 13", "opset 12"}},
    {"sparse", [](auto& m) { graph_of(m).add_sparse_initializer("x"); }, {"sparse initializers"}},
    {"quantized",
     [](auto& m) { graph_of(m).add_quantization_annotation("x"); },
     {"quantization annotations"}},
    {"no_outputs", [](auto& m) { graph_of(m).clear_output(); }, {"no outputs"}},
    {"output_unknown", [](auto& m) { graph_of(m).mutable_output(0)->set_name("q"); }, {"graph output 'q'"}},
    {"output_twice", [](auto& m) { graph_of(m).add_output()->set_name("y"); }, {"'y'", "twice"}},
    {"input_unnamed", [](auto& m) { graph_of(m).add_input(); }, {"graph input 1", "no name"}},
    {"input_twice", [](auto& m) { add_input(m, "x"); }, {"'x' is defined twice"}},
    {"input_no_type", [](auto& m) { input_type_of(m).Clear(); }, {"'x'", "only tensors"}},
    {"input_no_shape",
     [](auto& m) { input_type_of(m).mutable_tensor_type()->clear_shape(); },
     {"'x'", "no shape"}},
    {"input_uint64",
     [](auto& m) { input_type_of(m).mutable_tensor_type()->set_elem_type(13); },
     {"'x'", "uint64 is not supported"}},
    {"input_dim",
     [](auto& m) {
       input_type_of(m).mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(1LL << 31);
     },
     {"'x'", "2147483648"}},
    {"input_rank",
     [](auto& m) {
       for (int i = 0; i < 7; ++i) input_type_of(m).mutable_tensor_type()->mutable_shape()->add_dim();
     },
     {"'x'", "9 dimensions"}},
};

const BadCase node_cases[] = {
    {"cycle",
     [](auto& m) { graph_of(m).mutable_node(0)->set_input(0, "y"); },
     {"'relu1'", "'add1'", "circle"}},
    {"self", [](auto& m) { graph_of(m).mutable_node(0)->set_input(0, "h"); }, {"'relu1'", "itself"}},
    {"output_by_two", [](auto& m) { add_node(m, "Relu", "r2", {"x"}, {"h"}); }, {"'r2'", "'h'", "'relu1'"}},
    {"output_is_input",
     [](auto& m) { add_node(m, "Relu", "r2", {"y"}, {"x"}); },
     {"'r2'", "'x'", "an input"}},
    {"overload",
     [](auto& m) { graph_of(m).mutable_node(0)->set_overload("v2"); },
     {"'relu1'", "overload 'v2'"}},
    {"name_control",
     [](auto& m) { graph_of(m).mutable_node(1)->add_output("a\x1b[2J"); },
     {"'add1'", "'a\\x1b[2J'"}},
    {"name_utf8", [](auto& m) { graph_of(m).mutable_node(1)->add_output("\xc3("); }, {"'add1'", "'\\xc3('"}},
    {"name_long",
     [](auto& m) { graph_of(m).mutable_node(1)->add_output(std::string(70'000, 'a')); },
     {"'add1'", "64 KiB"}},
    {"attribute_untyped", [](auto& m) { set_attribute_type(m, 0); }, {"'relu1' (Relu)", "'body'", "type"}},
    {"attribute_graph", [](auto& m) { set_attribute_type(m, 5); }, {"'relu1' (Relu)", "'body'", "subgraph"}},
    {"attribute_strings", [](auto& m) { set_attribute_type(m, 8); }, {"'relu1' (Relu)", "'body'", "strings"}},
    {"attribute_sparse", [](auto& m) { set_attribute_type(m, 11); }, {"'relu1' (Relu)", "'body'", "sparse"}},
    {"attribute_odd", [](auto& m) { set_attribute_type(m, 77); }, {"'relu1' (Relu)", "'body'", "77"}},
    {"attribute_tensor",
     [](auto& m) { set_attribute_type(m, 4); },
     {"'relu1' (Relu)", "'body'", "undefined"}},
    {"attribute_reference",
     [](auto& m) { add_int(*graph_of(m).mutable_node(0), "body", 1).set_ref_attr_name("b"); },
     {"'relu1' (Relu)", "'body'", "function"}},
    {"attribute_twice",
     [](auto& m) {
       add_int(*graph_of(m).mutable_node(0), "a", 1);
       add_int(*graph_of(m).mutable_node(0), "a", 1);
     },
     {"'relu1' (Relu)", "'a'", "twice"}},
    {"attribute_many",
     [](auto& m) {
       for (int i = 0; i < 65; ++i) add_int(*graph_of(m).mutable_node(0), std::to_string(i), 1);
     },
     {"'relu1' (Relu)", "65 attributes"}},
    {"inputs_many",
     [](auto& m) {
       for (int i = 0; i < 10'001; ++i) graph_of(m).mutable_node(0)->add_input(std::string(1, 'x'));
     },
     {"node 0", "10002 inputs"}},
    {"outputs_many",
     [](auto& m) {
       for (int i = 0; i < 256; ++i) graph_of(m).mutable_node(0)->add_output("");
     },
     {"node 0", "257 outputs"}},
    {"nodes_many",
     [](auto& m) {
       for (int i = 0; i < 100'000; ++i) graph_of(m).add_node();
     },
     {"100002 nodes"}},
    {"nested_deeply",
     [](auto& m) {
       onnx_pb::Graph* graph = &graph_of(m);
       for (int i = 0; i < 13; ++i) {  // three levels each: 40 are passed
         onnx_pb::Attribute& body = *graph->add_node()->add_attribute();
         body.set_name("body");
         body.set_type(5);
         graph = body.mutable_g();
       }
       graph->add_node()->add_attribute();
     },
     {"nests its parts deeper than 40 levels"}},
    {"parts_many",
     [](auto& m) {
       for (int i = 0; i < 4'000'001; ++i) graph_of(m).add_node();
     },
     {"more than 4000000"}},
};

const BadCase weight_cases[] = {
    {"unnamed", [](auto& m) { weight_of(m).clear_name(); }, {"initializer 0", "no name"}},
    {"twice", [](auto& m) { add_weight(m, "w", {}, {1}); }, {"'w' is defined twice"}},
    {"float8", [](auto& m) { weight_of(m).set_data_type(17); }, {"'w'", "float8e4m3fn is not supported"}},
    {"int16", [](auto& m) { weight_of(m).set_data_type(5); }, {"'w'", "int16 is not supported"}},
    {"uint64", [](auto& m) { weight_of(m).set_data_type(13); }, {"'w'", "uint64 is not supported"}},
    {"int4", [](auto& m) { weight_of(m).set_data_type(22); }, {"'w'", "int4 is not supported"}},
    {"float16_in_float_data",
     [](auto& m) { weight_of(m).set_data_type(10); },
     {"'w'", "float16 [3] should have its data in raw_data or int32_data"}},
    {"double_in_float_data",
     [](auto& m) { weight_of(m).set_data_type(11); },
     {"'w'", "double [3] should have its data in raw_data or double_data"}},
    {"float16_of_many_bits",
     [](auto& m) {
       weight_of(m).clear_float_data();
       weight_of(m).set_data_type(10);
       for (int i : {0, 0xffff, 0x10000}) weight_of(m).add_int32_data(i);
     },
     {"'w'", "0 to 65535", "found 65536"}},
    {"bfloat16_raw_short",
     [](auto& m) {
       weight_of(m).clear_float_data();
       weight_of(m).set_data_type(16);
       weight_of(m).set_raw_data("12345");
     },
     {"'w'", "6 bytes", "found 5"}},
    {"location_odd", [](auto& m) { weight_of(m).set_data_location(2); }, {"'w'", "data_location", "found 2"}},
    {"string", [](auto& m) { weight_of(m).set_data_type(8); }, {"'w'", "string is not supported"}},
    {"unknown_type", [](auto& m) { weight_of(m).set_data_type(99); }, {"'w'", "99"}},
    {"no_data", [](auto& m) { weight_of(m).clear_float_data(); }, {"'w'", "holds no data"}},
    {"too_few",
     [](auto& m) { weight_of(m).mutable_float_data()->Truncate(2); },
     {"'w'", "3 elements", "found 2"}},
    {"too_many", [](auto& m) { weight_of(m).add_float_data(0); }, {"'w'", "3 elements", "found 4"}},
    {"both", [](auto& m) { weight_of(m).set_raw_data("123456789012"); }, {"'w'", "both"}},
    {"wrong_field", [](auto& m) { weight_of(m).add_int64_data(1); }, {"'w'", "float_data"}},
    {"raw_short",
     [](auto& m) {
       weight_of(m).clear_float_data();
       weight_of(m).set_raw_data("12345678901");
     },
     {"'w'", "12 bytes", "found 11"}},
    {"dims_negative", [](auto& m) { weight_of(m).set_dims(0, -3); }, {"'w'", "found -3"}},
    {"dims_big", [](auto& m) { weight_of(m).set_dims(0, 1LL << 31); }, {"'w'", "found 2147483648"}},
    {"dims_overflow",
     [](auto& m) {
       weight_of(m).set_dims(0, 0x7fff'ffff);
       for (int i = 0; i < 3; ++i) weight_of(m).add_dims(0x7fff'ffff);
     },
     {"'w'", "2^40"}},
    {"rank",
     [](auto& m) {
       for (int i = 0; i < 8; ++i) weight_of(m).add_dims(1);
     },
     {"'w'", "9 dimensions"}},
    {"segment", [](auto& m) { weight_of(m).set_segment("x"); }, {"'w'", "segment"}},
    {"bool_of_two",
     [](auto& m) {
       weight_of(m).clear_float_data();
       weight_of(m).set_data_type(9);
       weight_of(m).set_raw_data("\x01\x01\x02");
     },
     {"'w'", "found 2"}},
    {"u8_of_300",
     [](auto& m) {
       weight_of(m).clear_float_data();
       weight_of(m).set_data_type(2);
       for (int i : {1, 2, 300}) weight_of(m).add_int32_data(i);
     },
     {"'w'", "0 to 255", "found 300"}},
    {"elsewhere",
     [](auto& m) {
       weight_of(m).set_data_location(1);
       onnx_pb::KeyValue& entry = *weight_of(m).add_external_data();
       entry.set_key("location");
       entry.set_value("../weights.bin");
     },
     {"'w'", "'../weights.bin'", "not read from a file"}},
};

std::string case_name(const testing::TestParamInfo<BadCase>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Header, BadModel, testing::ValuesIn(header_cases), case_name);
INSTANTIATE_TEST_SUITE_P(Node, BadModel, testing::ValuesIn(node_cases), case_name);
INSTANTIATE_TEST_SUITE_P(Weight, BadModel, testing::ValuesIn(weight_cases), case_name);

}  // namespace
}  // namespace yy::test
