// A node's attributes from the file's form into the form that operators read.
#pragma once

#include <onnx/yy_onnx.pb.h>

#include "onnx/private/tensor_reader.h"
#include "ops/attributes.h"

namespace yy {

// Takes tensors out of `proto`. Throws Error (model) naming the attribute.
Attributes take_attributes(onnx_pb::Node& proto, TensorReader& tensors);

}  // namespace yy
