#include "tests/tools/nan_model.h"

#include <fstream>
#include <gtest/gtest.h>
#include <onnx/yy_onnx.pb.h>

namespace yy::test {

ModelCopy copy_without_numbers(const TempFolder& folder, const std::string& onnx) {
  const ModelCopy copy = copy_model(folder, onnx);
  onnx_pb::Model model;
  EXPECT_TRUE(model.ParseFromString(read_text(onnx)));
  bool found = false;
  for (onnx_pb::Tensor& weight : *model.mutable_graph()->mutable_initializer()) {
    if (weight.name() != "fc.bias") continue;
    weight.set_raw_data(std::string(weight.raw_data().size(), '\xff'));
    found = !weight.raw_data().empty();
  }
  EXPECT_TRUE(found);
  std::ofstream(copy.onnx, std::ios::binary) << model.SerializeAsString();
  return copy;
}

}  // namespace yy::test
