// Convolution of pictures, channels last, in groups of few filters: any window, any number of channels per
// group. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/private/finish.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// Pairs are height, width.
struct GroupedArgs {
  static constexpr int most_filters = 8;
  int images = 0, groups = 0;
  int channels = 0, filters = 0;  // of a group
  int size[2] = {}, out[2] = {};  // of x and y
  int taps[2] = {}, stride[2] = {}, dilation[2] = {}, before[2] = {};
  const void* x = nullptr;
  const void* weights = nullptr;  // [taps, taps, channels, groups, grouped_filters(filters)], of x's type
  Finish finish = {};
};

// How many filters of a group the kernel computes; the weights of those that do not exist are 0.
constexpr int grouped_filters(int filters) {
  return filters == 1 ? 1 : filters <= 4 ? 4 : GroupedArgs::most_filters;
}

// `dtype`: f32, f16 or bf16, in which x is stored.
void launch_grouped(DType dtype, const GroupedArgs& args, cudaStream_t stream);

}  // namespace yy::cuda
