// Constant weights in the type and order in which kernels read them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "ops/round_weights.h"
#include "runtime/kernel.h"
#include "runtime/tensor.h"
#include "runtime/weights.h"

namespace yy::cuda {

// An axis of a loop nest over weights: how often, and how far each step goes (in elements).
struct PackAxis {
  std::int64_t count = 1;
  std::int64_t from = 0, to = 0;
};

// `elements` numbers of `type`: `factor` times the weights (float32) that `nest` walks over, 0 elsewhere.
// `order` names the form; with the constant and the type it must tell all there is to tell. `filters` says
// what weights belong together where they are rounded to bfloat16.
Buffer pack(WeightStore& store, const Tensor& weights, const std::string& order, DType type,
            const FilterLayout& filters, std::int64_t elements, const std::array<PackAxis, 4>& nest,
            float factor = 1);

// `factor` times a bias in the type of what cuDNN or cuBLASLt adds it to, each number rounded by itself; or
// that a number of it lies beyond that type's range.
std::variant<Buffer, Refusal> pack_bias(WeightStore& store, const Tensor& bias, DType type, float factor = 1);

}  // namespace yy::cuda
