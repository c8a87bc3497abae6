// What Gemm and MatMul share: a product with packed constant weights, and activations in own loops.
#pragma once

#include <optional>
#include <span>

#include "cpu/private/context.h"

namespace yy::cpu {

// y = activation(alpha * x W + bias). x [M,K] and y [M,N] are input 0 and output 0 of the kernel, under the
// matrix shapes given here; W is `weights`, [K,N] or, transposed, [N,K].
struct LayerProduct {
  TensorDesc x, y;
  const Tensor& weights;
  bool transposed = false;
  float alpha = 1;
  std::optional<Buffer> bias = {};  // N floats
  std::optional<Activation> activation = {};
};

Kernel layer_product(const Context& context, WeightStore& store, const LayerProduct& product);

void activate(std::span<float> values, const Activation& activation);

}  // namespace yy::cpu
