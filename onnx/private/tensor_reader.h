// Serialized tensors -> Tensor. Every size is checked against the bytes that are there before memory is
// taken, and all tensors of a model together have a limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <onnx/yy_onnx.pb.h>
#include <optional>
#include <string>
#include <vector>

#include "onnx/private/byte_source.h"
#include "onnx/private/external_data.h"
#include "onnx/private/wire.h"
#include "runtime/tensor.h"

namespace yy {

class TensorReader {
 public:
  // `raw_data` lies in `source`. Files that tensors name are looked for in `folder`; without one they are
  // refused.
  TensorReader(const ByteSource& source, std::vector<Extent> raw_data,
               std::optional<std::filesystem::path> folder);

  // Takes the data out of `proto`, so that big weights are held twice one at a time only. Throws Error
  // (model) that says what does not fit, without the tensor's name.
  Tensor take(onnx_pb::Tensor& proto);

  std::size_t raw_bytes(const onnx_pb::Tensor& proto) const;  // of its data in the source

 private:
  struct Format;

  Extent raw_data(const onnx_pb::Tensor& proto) const;
  void check_data_size(const onnx_pb::Tensor& proto, const Format& format, const Shape& shape) const;

  const ByteSource& source_;
  std::vector<Extent> raw_data_;
  std::optional<ExternalData> external_;
  std::size_t bytes_left_;
};

DType read_dtype(std::int64_t onnx_number);  // throws Error (model) for a type that we do not hold

// Why a dimension or a rank is not acceptable, or nothing.
std::optional<std::string> refuse_rank(int rank);
std::optional<std::string> refuse_dim(std::int64_t dim);

}  // namespace yy
