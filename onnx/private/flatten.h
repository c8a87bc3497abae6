// A model's graph as one list of nodes: calls of the model's own functions, and Ifs whose condition is known,
// are replaced by the nodes that they stand for. Those get the name of the replaced node in front of their
// own, as do the values between them.
#pragma once

#include <map>
#include <onnx/yy_onnx.pb.h>
#include <string>
#include <vector>

#include "onnx/private/tensor_reader.h"
#include "runtime/problems.h"

namespace yy {

struct FlatNodes {
  std::vector<int> opsets;  // per node of the graph: the version of ONNX's own operators it is written in
  std::map<int, std::string> refused;  // nodes that had to stay as they are, by index: why
};

// `opset` is that of the graph itself, 0 where it is not acceptable. Changes the nodes and initializers of
// `model`. Throws Error (model) where a limit is passed.
FlatNodes flatten(onnx_pb::Model& model, int opset, TensorReader& tensors, Problems& problems);

bool is_own_domain(const std::string& domain);  // that of ONNX's own operators, which has two names

}  // namespace yy
