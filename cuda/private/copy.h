// A copy between strides, planned once: axes merged, words as wide as strides and offsets allow, and tiles
// where the fastest axis changes (NCHW to NHWC).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cuda/kernels/copy.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// Elements from where the first ones lie, and how far to step along each axis; steps may be negative.
struct Strided {
  std::vector<std::int64_t> strides;
  std::int64_t offset = 0;
};

class Copy {
 public:
  // `shape` has at most most_axes axes and may be empty: then nothing runs.
  Copy(const Shape& shape, std::size_t element_bytes, const Strided& to, const Strided& from);

  // Both addresses are at least 16-byte aligned.
  void run(void* to, const void* from, cudaStream_t stream) const;
  std::string implementation() const;  // "copy 16 bytes", "transpose 4 bytes"

 private:
  CopyPlan plan_;
  std::int64_t to_ = 0, from_ = 0;  // bytes from the tensors' beginnings
};

}  // namespace yy::cuda
