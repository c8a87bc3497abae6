// Whether the condition of an If is known while a model is loaded: it comes from an initializer or a Constant
// of one element, directly or through Identity, Cast, Not, Squeeze, Unsqueeze, Reshape and Flatten.
#pragma once

#include <onnx/yy_onnx.pb.h>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "onnx/private/tensor_reader.h"

namespace yy {

// What stands where, by the name of the value.
struct Definitions {
  std::unordered_map<std::string, const onnx_pb::Node*> nodes;
  std::unordered_map<std::string, const onnx_pb::Tensor*> initializers;
};

struct Condition {
  std::optional<bool> value;        // nothing where it is not known
  std::vector<std::string> passed;  // the values between it and the constant, its own name first
};

Condition find_condition(const std::string& name, const Definitions& definitions, TensorReader& tensors);

}  // namespace yy
