#include "ops/batch_norm.h"

#include <cmath>
#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

constexpr const char* names[] = {"X", "scale", "B", "mean", "var"};

}  // namespace

std::vector<TensorDesc> BatchNorm::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), required_inputs());
  const OpInput& x = need(inputs, 0, names[0]);
  if (x.desc.shape.rank() < 2) {
    throw Error(
        ErrorCode::model,
        fmt::format("input 'X' should have a channel axis (rank 2 or more), found {}", x.desc.shape.text()));
  }
  check_dtype(x, DType::f32, names[0]);
  Shape shape = x.desc.shape;
  for (std::size_t i = 5; i < inputs.size(); ++i) {
    const std::string what = fmt::format("X, input {}", i);
    check_dtype(need(inputs, i, what), DType::f32, what);
    check_rank(inputs[i], shape.rank(), what);
    Shape expected = x.desc.shape;
    expected[1] = inputs[i].desc.shape[1];
    check_shape(inputs[i], expected, what);
    shape[1] += expected[1];
  }
  for (std::size_t i = 1; i < 5; ++i) {
    check_dtype(need(inputs, i, names[i]), DType::f32, names[i]);
    check_shape(inputs[i], Shape{shape[1]}, names[i]);
  }
  return {{shape, DType::f32, Layout::row_major}};
}

std::string BatchNorm::details() const {
  const std::string parts = parts_ > 1 ? fmt::format("{} parts", parts_) : "";
  const std::string activation = activation_ ? "+" + activation_->text() : "";
  return parts + (parts.empty() || activation.empty() ? "" : " ") + activation;
}

std::shared_ptr<const BatchNorm> BatchNorm::with(Activation activation) const {
  return std::make_shared<BatchNorm>(epsilon_, activation, parts_);
}

std::shared_ptr<const BatchNorm> BatchNorm::with_parts(std::size_t parts) const {
  return std::make_shared<BatchNorm>(epsilon_, activation_, parts);
}

BatchNorm::Affine BatchNorm::affine(std::span<const OpInput> inputs) const {
  std::span<const float> values[5];
  for (std::size_t i = 1; i < 5; ++i) {
    if (inputs[i].constant == nullptr) {
      throw Error(ErrorCode::model, fmt::format("input '{}' must be a constant", names[i]));
    }
    values[i] = inputs[i].constant->as<float>();
  }
  Affine result;
  for (std::size_t c = 0; c < values[1].size(); ++c) {
    const double factor = values[1][c] / std::sqrt(static_cast<double>(values[4][c]) + epsilon_);
    result.factor.push_back(factor);
    result.offset.push_back(values[2][c] - factor * values[3][c]);
  }
  return result;
}

std::shared_ptr<const Op> read_batch_norm(NodeSource& source) {
  Attributes& attributes = source.attributes;
  const float epsilon = attributes.get_float("epsilon", 1e-5F);
  attributes.ignore("momentum");  // concerns training only
  if (source.opset < 9 && !attributes.get_flag("spatial", true)) {
    throw Error(ErrorCode::model, "attribute 'spatial' is 0: statistics per element are not supported");
  }
  if (source.opset >= 14 && attributes.get_flag("training_mode", false)) {
    throw Error(ErrorCode::model, "attribute 'training_mode' is 1: export the network for inference");
  }
  return std::make_shared<BatchNorm>(epsilon);
}

}  // namespace yy
