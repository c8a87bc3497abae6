// Convolution as a matrix product: output pixels times filters, summed over the taps and channels of a group.
// Also layers on rows, which are convolutions of one tap. Enqueued on `stream`; throws Error (device) where
// that fails.
#pragma once

#include <cstddef>
#include <cuda_runtime_api.h>

#include "cuda/private/finish.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// Axes are depth, height, width; those that a picture does not have are 1.
struct ImplicitGemmArgs {
  int rows = 0;      // output pixels of all images
  int columns = 0;   // filters of a group
  int channels = 0;  // of a group
  int groups = 1;
  int pitch = 0;                                // weights of a filter, a multiple of 4
  int size[3] = {1, 1, 1}, out[3] = {1, 1, 1};  // positions of x and y
  int extent[3] = {1, 1, 1};                    // of the window, with the gaps between its taps
  int stride[3] = {1, 1, 1}, dilation[3] = {1, 1, 1}, before[3] = {0, 0, 0};
  int x_image = 0, x_channel = 1, x_axis[3] = {0, 0, 0};  // elements to step
  int y_image = 0, y_pixel = 0, y_filter = 1;
  const void* x = nullptr;
  const void* weights = nullptr;  // [filters][taps][channels], of x's type, each filter filled up to `pitch`
  Finish finish = {};
};

// How many blocks share the work, and how.
struct ImplicitGemmPlan {
  bool large = false;  // tiles of 128 x 64 rather than 64 x 32
  int splits = 1;      // blocks that share a tile's depth
  int steps = 0;       // of each of them
  std::size_t workspace_bytes = 0;
};
ImplicitGemmPlan plan_implicit_gemm(const ImplicitGemmArgs& args, int multiprocessors);

// `dtype`: f32, f16 or bf16, in which x is stored.
void launch_implicit_gemm(DType dtype, const ImplicitGemmArgs& args, const ImplicitGemmPlan& plan,
                          void* workspace, cudaStream_t stream);

}  // namespace yy::cuda
