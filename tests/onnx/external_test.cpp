// Weights in files beside the model: where they may lie, and what must fit.
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/stat.h>

#include "onnx/loader.h"
#include "runtime/error.h"
#include "tests/onnx/net.h"
#include "tests/tools/temp_folder.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

void add_entry(onnx_pb::Tensor& tensor, const std::string& key, const std::string& value) {
  onnx_pb::KeyValue& entry = *tensor.add_external_data();
  entry.set_key(key);
  entry.set_value(value);
}

// The weight 'w', 3 floats, in the file `location`.
onnx_pb::Model external_model(const std::string& location, const std::string& offset = {},
                              const std::string& length = {}) {
  onnx_pb::Model model = small_model();
  onnx_pb::Tensor& w = *model.mutable_graph()->mutable_initializer(0);
  w.clear_float_data();
  w.set_data_location(1);
  add_entry(w, "location", location);
  if (!offset.empty()) add_entry(w, "offset", offset);
  if (!length.empty()) add_entry(w, "length", length);
  return model;
}

std::string floats(std::initializer_list<float> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(float)};
}

std::vector<float> weight_of(const Graph& graph, const std::string& name = "w") {
  for (const Value& value : graph.values) {
    if (value.name == name) return {value.constant->as<float>().begin(), value.constant->as<float>().end()};
  }
  return {};
}

class External : public testing::Test {
 protected:
  Graph load(const onnx_pb::Model& model) {
    return load_onnx(folder_.write("models/m.onnx", model.SerializeAsString())).graph;
  }
  std::string refusal(const onnx_pb::Model& model) {
    const std::string file = folder_.write("models/m.onnx", model.SerializeAsString());
    const std::string message = message_of([&] { load_onnx(file); });
    EXPECT_EQ(message.rfind(file + ": initializer 'w': ", 0), 0u) << message;
    return message;
  }
  void expect(const onnx_pb::Model& model, const std::string& part) {
    const std::string message = refusal(model);
    EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
  }

  TempFolder folder_;
};

using Floats = std::vector<float>;

TEST_F(External, WholeFilesAndPartsAreRead) {
  folder_.write("models/w.bin", floats({1, 2, 3}));
  EXPECT_EQ(weight_of(load(external_model("w.bin"))), (Floats{1, 2, 3}));
  folder_.write("models/data/w.bin", floats({9, 9, 1, 2, 3, 9}));
  EXPECT_EQ(weight_of(load(external_model("data/w.bin", "8", "12"))), (Floats{1, 2, 3}));
  EXPECT_EQ(weight_of(load(external_model("./data/w.bin", "12"))), (Floats{2, 3, 9}));
}

TEST_F(External, SeveralTensorsShareAFile) {
  folder_.write("models/w.bin", floats({1, 2, 3, 4, 5}));
  onnx_pb::Model model = external_model("w.bin", "0", "12");
  onnx_pb::Tensor more = model.graph().initializer(0);
  more.set_name("more");
  more.set_dims(0, 2);
  more.mutable_external_data(1)->set_value("12");
  more.mutable_external_data(2)->set_value("8");
  *model.mutable_graph()->add_initializer() = more;
  const Graph graph = load(model);
  EXPECT_EQ(weight_of(graph), (Floats{1, 2, 3}));
  EXPECT_EQ(weight_of(graph, "more"), (Floats{4, 5}));
}

TEST_F(External, OtherTypesAreConverted) {
  folder_.write("models/w.bin", std::string("\0\x3c\0\xc0\0\0", 6));
  onnx_pb::Model model = external_model("w.bin");
  model.mutable_graph()->mutable_initializer(0)->set_data_type(10);
  EXPECT_EQ(weight_of(load(model)), (Floats{1, -2, 0}));
}

TEST_F(External, ATensorInAnAttributeToo) {
  folder_.write("models/w.bin", floats({1, 2, 3}));
  onnx_pb::Model model = external_model("w.bin");
  onnx_pb::Node& constant = add_node(model, "Constant", "c", {}, {"c"});
  onnx_pb::Attribute& value = *constant.add_attribute();
  value.set_name("value");
  value.set_type(4);
  *value.mutable_t() = model.graph().initializer(0);
  for (const Node& node : load(model).nodes) {
    if (node.name != "c") continue;
    EXPECT_EQ(node.op->fold({})->as<float>()[2], 3.0f);
  }
}

TEST_F(External, SymbolicLinksMayStayInTheFolder) {
  folder_.write("models/data/w.bin", floats({1, 2, 3}));
  fs::create_symlink("data/w.bin", folder_.path() / "models" / "link.bin");
  EXPECT_EQ(weight_of(load(external_model("link.bin"))), (Floats{1, 2, 3}));
}

TEST_F(External, PathsThatLeaveTheFolderAreRefused) {
  const std::string outside = folder_.write("outside.bin", floats({1, 2, 3}));
  for (const std::string& location : {std::string("../outside.bin"), std::string("data/../../outside.bin"),
                                      outside, std::string(), std::string(".."), std::string("a\nb")}) {
    expect(external_model(location), "should be a path below the model's folder");
  }
  fs::create_symlink(outside, folder_.path() / "models" / "link.bin");
  expect(external_model("link.bin"), "'link.bin': it leads out of the model's folder");
  fs::create_directory_symlink(folder_.path(), folder_.path() / "models" / "up");
  expect(external_model("up/outside.bin"), "it leads out of the model's folder");
  fs::create_symlink("circle", folder_.path() / "models" / "circle");
  expect(external_model("circle"), "'circle': ");
}

TEST_F(External, OnlyRegularFilesAreOpened) {
  fs::create_directories(folder_.path() / "models" / "data");
  expect(external_model("data"), "'data': it is not a file");
  expect(external_model("."), "leads out of the model's folder");
  expect(external_model("absent.bin"), "'absent.bin': there is no such file in the model's folder");
  ASSERT_EQ(::mkfifo((folder_ / "models/pipe").c_str(), 0600), 0);
  expect(external_model("pipe"), "'pipe': it is not a file");
}

TEST_F(External, SizesMustFit) {
  folder_.write("models/w.bin", floats({1, 2, 3, 4}));
  expect(external_model("w.bin"), "needs 12 bytes, its external_data gives 16 of the file 'w.bin'");
  expect(external_model("w.bin", "4", "8"), "needs 12 bytes, its external_data gives 8");
  expect(external_model("w.bin", "8", "12"), "12 bytes from byte 8 of the file 'w.bin' on, which has 16");
  expect(external_model("w.bin", "17", "12"), "from byte 17");
  expect(external_model("w.bin", "18446744073709551615", "12"), "from byte 18446744073709551615");
  expect(external_model("w.bin", "18446744073709551616", "12"), "offset should be a number");
  expect(external_model("w.bin", "-4", "12"), "offset should be a number, found '-4'");
  expect(external_model("w.bin", "4", "twelve"), "length should be a number, found 'twelve'");
}

TEST_F(External, WhatContradictsItselfIsRefused) {
  folder_.write("models/w.bin", floats({1, 2, 3}));
  onnx_pb::Model model = external_model("w.bin");
  add_entry(*model.mutable_graph()->mutable_initializer(0), "location", "v.bin");
  expect(model, "gives location twice");
  model = external_model("w.bin");
  model.mutable_graph()->mutable_initializer(0)->add_float_data(1);
  expect(model, "both inside and in another file");
  model = external_model("w.bin");
  model.mutable_graph()->mutable_initializer(0)->clear_external_data();
  expect(model, "gives no location");
}

TEST_F(External, AHugeShapeTakesNoMemory) {
  folder_.write("models/w.bin", floats({1, 2, 3}));
  onnx_pb::Model model = external_model("w.bin");
  model.mutable_graph()->mutable_initializer(0)->set_dims(0, 0x7fff'ffff);
  expect(model, "needs 8589934588 bytes");
}

// A small file may name a large one many times.
TEST_F(External, AllWeightsTogetherHaveALimit) {
  folder_.write("models/w.bin", "");
  fs::resize_file(folder_.path() / "models" / "w.bin", std::size_t{9} << 30);  // takes no room on the disk
  onnx_pb::Model model = external_model("w.bin");
  onnx_pb::Tensor& w = *model.mutable_graph()->mutable_initializer(0);
  w.set_data_type(2);
  w.clear_dims();
  for (std::int64_t dim : {9 << 10, 1 << 20}) w.add_dims(dim);
  expect(model, "makes more than 8 GiB of weights");
}

}  // namespace
}  // namespace yy::test
