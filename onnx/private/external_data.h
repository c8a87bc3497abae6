// Tensors whose data lies in files beside the model: which file, and where in it. Only regular files below
// the model's folder are opened, also where symbolic links are followed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <onnx/yy_onnx.pb.h>
#include <string>

#include "onnx/private/byte_source.h"

namespace yy {

class ExternalData {
 public:
  explicit ExternalData(std::filesystem::path folder) : folder_(std::move(folder)) {}

  struct Place {
    const ByteSource& file;  // open until the next call
    std::size_t at;
  };

  // Where the `bytes` bytes of a tensor lie. Throws Error (model) that names the file.
  Place find(const onnx_pb::Tensor& proto, std::size_t bytes);

 private:
  const ByteSource& open(const std::string& location);

  std::filesystem::path folder_;
  std::string open_location_;  // tensors of one file usually follow each other
  std::unique_ptr<FileBytes> open_file_;
};

// "'weights.bin'", for messages.
std::string external_location(const onnx_pb::Tensor& proto);

}  // namespace yy
