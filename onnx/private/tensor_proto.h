// A serialized tensor -> Tensor. Every size is checked against the bytes that are there before memory is
// taken.
#pragma once

#include <cstdint>
#include <onnx/yy_onnx.pb.h>
#include <optional>
#include <string>

#include "runtime/tensor.h"

namespace yy {

// Takes the data out of `proto`, so that big weights are held twice one at a time only. Throws Error (model)
// that says what does not fit, without the tensor's name.
Tensor take_tensor(onnx_pb::Tensor& proto);

DType read_dtype(std::int64_t onnx_number);  // throws Error (model) for a type that we do not hold

// Why a dimension or a rank is not acceptable, or nothing.
std::optional<std::string> refuse_rank(int rank);
std::optional<std::string> refuse_dim(std::int64_t dim);

}  // namespace yy
