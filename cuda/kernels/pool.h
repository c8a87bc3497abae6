// The largest element or the mean under a sliding window, over one to three spatial axes. Enqueued on
// `stream`; throws Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "runtime/tensor.h"

namespace yy::cuda {

struct PoolAxis {
  int in = 1, out = 1;  // elements along the axis
  int kernel = 1, stride = 1, dilation = 1;
  int begin = 0, end = 0;         // padding
  int in_step = 0, out_step = 0;  // from one element to the next
};

// Of x [rows, channels, axis 0, 1, 2]; missing axes come first and have one element. Steps are in elements.
struct PoolArgs {
  int rows = 0, channels = 0;
  PoolAxis axis[3];
  int in_row = 0, in_channel = 0, out_row = 0, out_channel = 0;
  int out_pixel = 0;            // elements from a pixel of y to the next, of pictures only
  bool largest = false;         // else the mean
  bool counts_padding = false;  // the mean's divisor counts padding, but not what lies behind the end padding
  bool column_major = false;    // indices count with the first spatial axis fastest
};

// Pictures, channels last: axis 0 has one element, steps are not looked at. `dtype`: f32, f16 or bf16.
void launch_pool_pictures(DType dtype, const PoolArgs& args, const void* x, void* y, cudaStream_t stream);

// Anything, also i8 and u8. `indices`, if not null: where each of the largest elements lies in x, as if that
// were row-major.
void launch_pool_any(DType dtype, const PoolArgs& args, const void* x, void* y, std::int64_t* indices,
                     cudaStream_t stream);

}  // namespace yy::cuda
