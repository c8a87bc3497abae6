#include "ops/squeeze_excite.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

void check_constant(std::span<const OpInput> inputs, std::size_t index, const char* what,
                    const Shape& shape) {
  const OpInput& input = inputs[index];
  check_dtype(input, DType::f32, what);
  check_shape(input, shape, what);
  if (input.constant == nullptr) {
    throw Error(ErrorCode::model, fmt::format("input '{}' must be a constant", what));
  }
}

}  // namespace

std::vector<TensorDesc> SqueezeExcite::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), 5);
  const OpInput& x = need(inputs, 0, "X");
  check_dtype(x, DType::f32, "X");
  check_rank(x, 4, "X");
  check_rank(need(inputs, 1, "W1"), 4, "W1");
  const Shape& shape = x.desc.shape;
  const std::int64_t channels = shape[1], squeezed = inputs[1].desc.shape[0];
  if (shape[2] < 1 || shape[3] < 1) {
    throw Error(ErrorCode::model,
                fmt::format("input 'X' {} has no pixels to take the mean of", shape.text()));
  }
  check_constant(inputs, 1, "W1", {squeezed, channels, 1, 1});
  need(inputs, 3, "W2");
  check_constant(inputs, 3, "W2", {channels, squeezed, 1, 1});
  if (maybe(inputs, 2) != nullptr) check_constant(inputs, 2, "B1", {squeezed});
  if (maybe(inputs, 4) != nullptr) check_constant(inputs, 4, "B2", {channels});
  return {{shape, DType::f32, Layout::row_major}};
}

std::int64_t SqueezeExcite::macs(std::span<const OpInput> inputs, std::span<const TensorDesc> outputs) const {
  return outputs[0].shape[0] * 2 * inputs[1].desc.shape.elements();
}

std::string SqueezeExcite::details() const {
  const auto text = [](const std::optional<Activation>& f) { return f ? f->text() : "linear"; };
  return text(inner_) + ", " + text(gate_);
}

}  // namespace yy
