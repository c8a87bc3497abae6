// Depthwise convolution of pictures, channels last: each channel has one filter of its own, 3x3, 5x5 or 7x7,
// in strides of 1 or 2. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/private/finish.h"
#include "runtime/tensor.h"

namespace yy::cuda {

struct DepthwiseArgs {
  int images = 0;
  int channels = 0;           // an even number
  int height = 0, width = 0;  // of x
  int out_height = 0, out_width = 0;
  int top = 0, left = 0;          // padding
  const void* x = nullptr;        // [images, height, width, channels]
  const void* weights = nullptr;  // [side, side, channels], of x's type
  Finish finish = {};
};

// `dtype`: f32, f16 or bf16, in which x is stored. `side`: 3, 5 or 7; `stride`: 1 or 2.
void launch_depthwise(DType dtype, int side, int stride, const DepthwiseArgs& args, cudaStream_t stream);

}  // namespace yy::cuda
