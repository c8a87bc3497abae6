#include "cuda/private/unfused.h"

#include <cmath>
#include <fmt/format.h>

namespace yy::cuda {
namespace {

// Whether a rounding error, relative to the value, never grows on its way through.
bool contracts(const Activation& f) {
  using Kind = Activation::Kind;
  switch (f.kind) {
    case Kind::relu:
    case Kind::clip:
    case Kind::tanh:
      return true;
    case Kind::leaky_relu:
      return std::abs(f.alpha) <= 1;
    default:
      return false;
  }
}

}  // namespace

std::optional<Refusal> refuse_unfused(const Activation& activation, DType written) {
  if (written == DType::f32 || contracts(activation)) return std::nullopt;
  return Refusal{fmt::format("{} would magnify that its input is rounded", activation.text())};
}

}  // namespace yy::cuda
