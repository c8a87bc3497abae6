// yy-run infer: raw tensors against the reference outputs, and what is refused.
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onnx/loader.h"
#include "tests/onnx/net.h"
#include "tests/test_name.h"
#include "tests/tools/cli.h"
#include "tools/yy_run/npy.h"
#include "tools/yy_run/tensor_files.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string npy_text(const Tensor& tensor) {
  return npy_header(tensor.desc()) +
         std::string(static_cast<const char*>(tensor.data()), tensor.desc().bytes());
}

Tensor floats(Shape shape) {
  Tensor tensor(TensorDesc{std::move(shape), DType::f32, Layout::row_major});
  float next = -1;
  for (float& x : tensor.as_mutable<float>()) x = next += 0.25F;
  return tensor;
}

// x [N,3] -> relu -> + {1,2,3} -> y
std::string write_small_model(const TempFolder& folder) {
  return folder.write("small.onnx", small_model().SerializeAsString());
}

Strings infer(const std::string& model, const Strings& inputs, const std::string& to) {
  Strings arguments{"infer", model, "--output-dir", to, "--threads", "1"};
  for (const std::string& input : inputs) {
    arguments.push_back("--input");
    arguments.push_back(input);
  }
  return arguments;
}

std::vector<std::string> net_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(models)) {
    const std::string name = entry.path().stem().string();
    if (name.starts_with("net-") && entry.path().extension() == ".onnx") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

class InferNets : public testing::TestWithParam<std::string> {};

TEST_P(InferNets, OutputMatchesTheReference) {
  const TempFolder folder;
  const std::string model = (models / (GetParam() + ".onnx")).string();
  const std::string reference = (models / "reference" / GetParam()).string();
  const Graph graph = load_onnx(model).graph;
  const std::string input = graph.value(graph.inputs.at(0)).name,
                    output = graph.value(graph.outputs.at(0)).name;
  const Outcome outcome = yy_run(infer(model, {input + "=" + reference + ".input.npy"}, folder / "out"));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Tensor found = read_npy(fs::path(folder / "out") / npy_file_name(output));
  const Tensor expected = read_npy(reference + ".output.npy");
  ASSERT_EQ(found.desc(), expected.desc());
  float largest = 0;
  for (float y : expected.as<float>()) largest = std::max(largest, std::abs(y));
  for (std::size_t i = 0; i < expected.as<float>().size(); ++i) {
    ASSERT_NEAR(found.as<float>()[i], expected.as<float>()[i], 2e-5F * largest + 1e-6F) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, InferNets, testing::ValuesIn(net_names()), TestName{});

TEST(Infer, TakesTheBatchFromTheInput) {
  const TempFolder folder;
  const std::string model = write_small_model(folder);
  for (std::int64_t batch : {1, 2, 7}) {
    const Tensor x = floats({batch, 3});
    folder.write("x.npy", npy_text(x));
    ASSERT_EQ(yy_run(infer(model, {"x=" + folder / "x.npy"}, folder / "out/deep")).code, 0);
    const Tensor y = read_npy(folder / "out/deep/y.npy");
    ASSERT_EQ(y.shape(), (Shape{batch, 3}));
    for (std::size_t i = 0; i < y.as<float>().size(); ++i) {
      EXPECT_EQ(y.as<float>()[i], std::max(x.as<float>()[i], 0.F) + static_cast<float>(i % 3 + 1));
    }
  }
}

TEST(Infer, ReadsTensorProtos) {
  const TempFolder folder;
  onnx_pb::Tensor tensor;
  tensor.set_data_type(1);
  tensor.add_dims(1);
  tensor.add_dims(3);
  for (float x : {-1.F, 5.F, 6.F}) tensor.add_float_data(x);
  folder.write("x.pb", tensor.SerializeAsString());
  const Outcome outcome = yy_run(infer(write_small_model(folder), {"x=" + folder / "x.pb"}, folder / "out"));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Tensor y = read_npy(folder / "out/y.npy");
  EXPECT_THAT(std::vector<float>(y.as<float>().begin(), y.as<float>().end()), testing::ElementsAre(1, 7, 9));
  folder.write("x.pb", "\xff\xff\xff");
  EXPECT_EQ(yy_run(infer(folder / "small.onnx", {"x=" + folder / "x.pb"}, folder / "out")).code, 1);
}

// The shape that a Reshape reads comes as an input; what it makes of the batch is known while compiling.
TEST(Infer, BindsInputsThatCompilingNeeds) {
  const TempFolder folder;
  onnx_pb::Model model = small_model();
  add_input(model, "shape").set_elem_type(7);
  onnx_pb::Dims& dims =
      *model.mutable_graph()->mutable_input(1)->mutable_type()->mutable_tensor_type()->mutable_shape();
  dims.clear_dim();
  dims.add_dim()->set_dim_param("rank");
  add_node(model, "Reshape", "reshape1", {"y", "shape"}, {"z"});
  model.mutable_graph()->mutable_output(0)->set_name("z");
  const std::string file = folder.write("reshape.onnx", model.SerializeAsString());
  const std::string x = "x=" + folder.write("x.npy", npy_text(floats({2, 3})));
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{3, 2}, {6}, {1, -1, 1}}) {
    const std::string s = "shape=" + folder.write("s.npy", npy_text(Tensor::of_i64(shape)));
    const Outcome outcome = yy_run(infer(file, {s, x}, folder / "out"));
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const Tensor z = read_npy(folder / "out/z.npy");
    EXPECT_EQ(z.shape().rank(), shape.size());
    EXPECT_EQ(z.as<float>().back(), floats({2, 3}).as<float>().back() + 3);
  }
  const std::string s =
      "shape=" + folder.write("s.npy", npy_text(Tensor::of_i64(std::vector<std::int64_t>{7})));
  const Outcome outcome = yy_run(infer(file, {s, x}, folder / "out"));
  EXPECT_EQ(outcome.code, 3);
  for (const char* word : {"reshape1", "7"}) EXPECT_THAT(outcome.err, HasSubstr(word));
}

TEST(Infer, RefusesTensorsThatDoNotFit) {
  const TempFolder folder;
  const std::string model = write_small_model(folder);
  const std::string wide = folder.write("wide.npy", npy_text(floats({2, 4})));
  const std::string deep = folder.write("deep.npy", npy_text(floats({2, 3, 1})));
  const std::string integers = folder.write("integers.npy", npy_text(Tensor({Shape{2, 3}, DType::i64, {}})));
  const std::string damaged = folder.write("damaged.npy", "\x93NUMPY\x01");
  const std::string good = folder.write("good.npy", npy_text(floats({2, 3})));
  struct Refusal {
    Strings inputs;
    int code;
    Strings words;
  };
  for (const Refusal& refusal : std::vector<Refusal>{
           {{"x=" + wide}, 2, {"'x'", "float32 [?,3]", "float32 [2,4]", wide}},
           {{"x=" + deep}, 2, {"'x'", "[?,3]", "[2,3,1]"}},
           {{"x=" + integers}, 2, {"'x'", "float32", "int64"}},
           {{"z=" + good, "q=" + good}, 2, {"no input 'z'", "no input 'q'", "'x' float32 [?,3] is missing"}},
           {{}, 2, {"'x' float32 [?,3] is missing"}},
           {{"x=" + good, "x=" + good}, 2, {"'x' is given twice"}},
           {{good}, 2, {"NAME=FILE"}},
           {{"x=" + damaged}, 1, {damaged}},
           {{"x=/nowhere/x.npy"}, 1, {"/nowhere/x.npy", "no such file"}},
           {{"x=/nowhere/x.pb"}, 1, {"/nowhere/x.pb"}},
       }) {
    const Outcome outcome = yy_run(infer(model, refusal.inputs, folder / "out"));
    EXPECT_EQ(outcome.code, refusal.code) << outcome.err;
    for (const std::string& word : refusal.words) EXPECT_THAT(outcome.err, HasSubstr(word));
    EXPECT_FALSE(fs::exists(folder / "out"));
  }
}

TEST(Infer, RefusesModelsAndFolders) {
  const TempFolder folder;
  const std::string model = write_small_model(folder);
  const std::string x = "x=" + folder.write("x.npy", npy_text(floats({2, 3})));
  EXPECT_EQ(yy_run(infer((models / "bad/text.onnx").string(), {x}, folder / "out")).code, 3);
  EXPECT_EQ(yy_run(infer("/nowhere/net.onnx", {x}, folder / "out")).code, 3);
  const Outcome blocked = yy_run(infer(model, {x}, folder / "x.npy/out"));
  EXPECT_EQ(blocked.code, 1);
  EXPECT_THAT(blocked.err, HasSubstr("x.npy/out"));
}

TEST(Infer, RefusesOutputsThatShareAFile) {
  const TempFolder folder;
  onnx_pb::Model twins = small_model();
  twins.mutable_graph()->clear_output();
  add_node(twins, "Relu", "relu2", {"h"}, {"out/1"});
  add_node(twins, "Relu", "relu3", {"y"}, {"out:1"});
  twins.mutable_graph()->add_output()->set_name("out/1");
  twins.mutable_graph()->add_output()->set_name("out:1");
  const std::string model = folder.write("twins.onnx", twins.SerializeAsString());
  const Outcome outcome =
      yy_run(infer(model, {"x=" + folder.write("x.npy", npy_text(floats({2, 3})))}, folder / "out"));
  EXPECT_EQ(outcome.code, 3);
  for (const char* word : {"'out/1'", "'out:1'", "out_1.npy"}) EXPECT_THAT(outcome.err, HasSubstr(word));
}

TEST(Infer, FileNamesAreTame) {
  EXPECT_EQ(npy_file_name("logits"), "logits.npy");
  EXPECT_EQ(npy_file_name("../a b\xc3\xa4"), ".._a_b__.npy");
  EXPECT_EQ(npy_file_name("A-Z_0.9"), "A-Z_0.9.npy");
}

}  // namespace
}  // namespace yy::test
