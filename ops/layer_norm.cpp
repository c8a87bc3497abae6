#include "ops/layer_norm.h"

#include <algorithm>
#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> LayerNorm::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), 3);
  const OpInput& x = need(inputs, 0, "X");
  check_dtype(x, DType::f32, "X");
  const Shape& shape = x.desc.shape;
  const std::size_t first = axis(shape);
  const Shape normalised(
      std::vector<std::int64_t>(shape.begin() + static_cast<std::ptrdiff_t>(first), shape.end()));
  check_dtype(need(inputs, 1, "Scale"), DType::f32, "Scale");
  check_shape(inputs[1], normalised, "Scale");
  if (const OpInput* b = maybe(inputs, 2)) {
    check_dtype(*b, DType::f32, "B");
    check_shape(*b, normalised, "B");
  }
  Shape statistics = shape;
  for (std::size_t i = first; i < shape.rank(); ++i) statistics[i] = 1;
  if (normalised.elements() == 0 && statistics.elements() > 0) {
    throw Error(ErrorCode::model,
                fmt::format("input 'X' {} has no elements to take the mean of", shape.text()));
  }
  std::vector<TensorDesc> outputs(outputs_, {statistics, DType::f32, Layout::row_major});
  outputs[0].shape = shape;
  return outputs;
}

std::size_t LayerNorm::axis(const Shape& x) const {
  return normal_axis(axis_, x.rank(), "attribute 'axis'");
}

// Constants stay float32: they are not rounded, and the statistics are not either.
PrecisionRule LayerNorm::precision_rule(std::span<const OpInput> inputs) const {
  const bool constants = std::all_of(inputs.begin() + 1, inputs.end(), [](const OpInput& input) {
    return !input.present || input.constant != nullptr;
  });
  return constants && outputs_ == 1 ? PrecisionRule::follow : PrecisionRule::float32;
}

std::shared_ptr<const Op> read_layer_norm(NodeSource& source) {
  Attributes& attributes = source.attributes;
  const float epsilon = attributes.get_float("epsilon", 1e-5F);
  const std::int64_t stash_type = attributes.get_int("stash_type", 1);
  if (stash_type != 1) {
    throw Error(ErrorCode::model,
                fmt::format("attribute 'stash_type' should be 1 (float32), found {}", stash_type));
  }
  return std::make_shared<LayerNorm>(attributes.get_int("axis", -1), epsilon,
                                     std::clamp<std::size_t>(source.output_count, 1, 3));
}

}  // namespace yy
