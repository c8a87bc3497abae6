// Tensors of every element type: in a model, in an attribute, in a file of their own.
#include <functional>
#include <gtest/gtest.h>
#include <string>

#include "onnx/loader.h"
#include "runtime/error.h"
#include "tests/onnx/net.h"
#include "tests/tools/temp_folder.h"

namespace yy::test {
namespace {

using namespace std::string_literals;

struct ElementType {
  int number;
  DType dtype;
  std::string raw;  // the elements 1, 0
  int one = 1;      // how int32_data gives 1
};

const std::vector<ElementType> element_types = {{1, DType::f32, "\0\0\x80\x3f\0\0\0\0"s},
                                                {2, DType::u8, "\1\0"s},
                                                {3, DType::i8, "\1\0"s},
                                                {6, DType::i32, "\1\0\0\0\0\0\0\0"s},
                                                {7, DType::i64, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s},
                                                {9, DType::boolean, "\1\0"s},
                                                {10, DType::f32, "\0\x3c\0\0"s, 0x3c00},
                                                {11, DType::f32, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\0"s},
                                                {16, DType::f32, "\x80\x3f\0\0"s, 0x3f80}};

onnx_pb::Tensor tensor_of(const ElementType& type, const std::string& name, bool raw) {
  onnx_pb::Tensor tensor;
  tensor.set_name(name);
  tensor.set_data_type(type.number);
  tensor.add_dims(2);
  if (raw) {
    tensor.set_raw_data(type.raw);
    return tensor;
  }
  for (int element : {1, 0}) {
    if (type.number == 1) {
      tensor.add_float_data(static_cast<float>(element));
    } else if (type.number == 7) {
      tensor.add_int64_data(element);
    } else if (type.number == 11) {
      tensor.add_double_data(element);
    } else {
      tensor.add_int32_data(element * type.one);
    }
  }
  return tensor;
}

// What 1, 0 is in memory.
std::string ones_and_zero(DType dtype) {
  for (const ElementType& type : element_types) {
    if (type.dtype == dtype) return type.raw;
  }
  return {};
}

void expect_one_and_zero(const Tensor& tensor, DType dtype, const std::string& what) {
  EXPECT_EQ(tensor.desc(), (TensorDesc{{2}, dtype, Layout::row_major})) << what;
  const auto bytes = tensor.as<char>();
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), ones_and_zero(dtype)) << what;
}

TEST(Tensors, OfEveryTypeAreRead) {
  for (const ElementType& type : element_types) {
    onnx_pb::Model model = small_model();
    *model.mutable_graph()->add_initializer() = tensor_of(type, "raw", true);
    *model.mutable_graph()->add_initializer() = tensor_of(type, "typed", false);
    int found = 0;
    for (const Value& value : parse(model).graph.values) {
      if (value.name != "raw" && value.name != "typed") continue;
      ++found;
      expect_one_and_zero(*value.constant, type.dtype, value.name + " " + std::to_string(type.number));
    }
    EXPECT_EQ(found, 2);
  }
}

TEST(Tensors, OfEveryTypeAreReadInAttributes) {
  for (const ElementType& type : element_types) {
    for (bool raw : {false, true}) {
      onnx_pb::Model model = small_model();
      onnx_pb::Node& constant = add_node(model, "Constant", "c", {}, {"c"});
      onnx_pb::Attribute& value = *constant.add_attribute();
      value.set_name("value");
      value.set_type(4);
      *value.mutable_t() = tensor_of(type, "", raw);
      const Graph graph = parse(model).graph;
      for (const Node& node : graph.nodes) {
        if (node.name == "c")
          expect_one_and_zero(*node.op->fold({}), type.dtype, std::to_string(type.number));
      }
    }
  }
}

// More than are converted at once.
TEST(Tensors, OfFloat16MayBeLarge) {
  onnx_pb::Model model = small_model();
  onnx_pb::Tensor& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name("half");
  tensor.set_data_type(10);
  tensor.add_dims(100'001);
  std::string raw;
  for (int i = 0; i < 100'001; ++i) raw += i % 3 == 0 ? "\0\x3c"s : "\0\xc0"s;  // 1 and -2
  tensor.set_raw_data(raw);
  for (const Value& value : parse(model).graph.values) {
    if (value.name != "half") continue;
    const auto elements = value.constant->as<float>();
    for (std::size_t i = 0; i < elements.size(); ++i) ASSERT_EQ(elements[i], i % 3 == 0 ? 1 : -2) << i;
  }
}

TEST(Tensors, GraphInputsOfOtherFloatsAreFloat32) {
  for (int number : {10, 11, 16}) {
    onnx_pb::Model model = small_model();
    model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(number);
    const Graph graph = parse(model).graph;
    EXPECT_EQ(graph.value(graph.inputs[0]).desc.dtype, DType::f32) << number;
  }
}

// The same field twice: the last one counts, as everywhere in protobuf.
TEST(TensorFile, MayGiveRawDataTwice) {
  const TempFolder folder;
  onnx_pb::Tensor first;
  first.set_raw_data("first");
  const std::string second = tensor_of(element_types[0], "", true).SerializeAsString();
  const std::string file = folder.write("twice.pb", first.SerializeAsString() + second);
  expect_one_and_zero(load_tensor_pb(file), DType::f32, "twice");
}

TEST(TensorFile, IsRead) {
  const TempFolder folder;
  for (const ElementType& type : element_types) {
    for (bool raw : {false, true}) {
      const std::string file = folder.write("t.pb", tensor_of(type, "", raw).SerializeAsString());
      expect_one_and_zero(load_tensor_pb(file), type.dtype, std::to_string(type.number));
    }
  }
}

TEST(TensorFile, IsRefusedByName) {
  const TempFolder folder;
  const std::string text = folder.write("text.pb", "some text");
  const std::string no_tensor = message_of([&] { load_tensor_pb(text); });
  EXPECT_EQ(no_tensor.rfind(text + " is not an ONNX tensor", 0), 0u) << no_tensor;
  onnx_pb::Tensor odd = tensor_of(element_types[0], "", true);
  odd.set_data_type(14);
  const std::string file = folder.write("odd.pb", odd.SerializeAsString());
  const std::string message = message_of([&] { load_tensor_pb(file); });
  EXPECT_EQ(message.rfind(file + ": ", 0), 0u) << message;
  EXPECT_NE(message.find("complex64"), std::string::npos) << message;
}

}  // namespace
}  // namespace yy::test
