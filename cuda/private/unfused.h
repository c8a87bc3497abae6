// Activations that a library does not fuse: they run over y after it.
#pragma once

#include <optional>

#include "ops/activation.h"
#include "runtime/kernel.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// Why `activation` may not see y after that was rounded to `written`, or nothing.
std::optional<Refusal> refuse_unfused(const Activation& activation, DType written);

}  // namespace yy::cuda
