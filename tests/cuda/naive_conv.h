// A convolution that does what cuDNN's plans are asked for, as a plain loop with double sums: what stands in
// for cudnnBackendExecute on the simulated device.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "runtime/tensor.h"

namespace yy::test {

struct NaiveTensor {
  void* data = nullptr;
  std::int64_t dims[4] = {}, strides[4] = {};
  DType dtype = DType::f32;
};

struct NaiveConv {
  NaiveTensor x, w, y;
  NaiveTensor residual, bias;  // without data where there is none
  bool relu = false;
  std::int64_t pads[2] = {}, stride[2] = {}, dilation[2] = {};
};

void launch_naive_conv(const NaiveConv& conv, cudaStream_t stream);

}  // namespace yy::test
