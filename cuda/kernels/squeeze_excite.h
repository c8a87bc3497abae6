// Scales each channel of a picture, channels last, by a gate that two small layers make of the channels'
// means. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cstddef>
#include <cuda_runtime_api.h>
#include <optional>

#include "ops/activation.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// A layer on a row of floats: activation(bias + W row).
struct RowLayer {
  const float* weights = nullptr;
  const float* bias = nullptr;  // may be left out
  bool activates = false;
  Activation activation = {};
};

struct SqueezeExciteArgs {
  int images = 0, pixels = 0, channels = 0, squeezed = 0;
  RowLayer inner;           // weights [squeezed, channels]
  RowLayer gate;            // weights [squeezed, channels]: the second layer's transposed
  const void* x = nullptr;  // [images, pixels, channels]
  void* y = nullptr;        // may be x
};

std::size_t squeeze_excite_workspace(const SqueezeExciteArgs& args);

// `dtype`: f32, f16 or bf16, in which x and y are stored.
void launch_squeeze_excite(DType dtype, const SqueezeExciteArgs& args, void* workspace, cudaStream_t stream);

}  // namespace yy::cuda
