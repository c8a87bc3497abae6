#include "ops/constant.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

Tensor scalar_f32(float value) {
  return Tensor({Shape{}, DType::f32, {}}, std::span<const float>(&value, 1));
}

std::shared_ptr<const Op> read_constant_node(Attributes& attributes) {
  if (auto tensor = attributes.find_tensor("value")) return std::make_shared<Constant>(*tensor);
  if (auto number = attributes.find_float("value_float")) {
    return std::make_shared<Constant>(scalar_f32(*number));
  }
  if (auto number = attributes.find_int("value_int")) {
    return std::make_shared<Constant>(
        Tensor({Shape{}, DType::i64, {}}, std::span<const std::int64_t>(&*number, 1)));
  }
  if (auto numbers = attributes.find_ints("value_ints")) {
    return std::make_shared<Constant>(Tensor::of_i64(*numbers));
  }
  if (auto numbers = attributes.find_floats("value_floats")) {
    const Shape shape{static_cast<std::int64_t>(numbers->size())};
    return std::make_shared<Constant>(Tensor({shape, DType::f32, {}}, std::span<const float>(*numbers)));
  }
  throw Error(ErrorCode::model,
              "attribute 'value', 'value_float', 'value_floats', 'value_int' or 'value_ints' is expected; "
              "other forms "
              "of Constant are not supported");
}

}  // namespace

std::vector<TensorDesc> ConstantOfShape::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 1);
  Shape shape(constant_ints(need(inputs, 0, "input"), "input"));
  for (std::int64_t dim : shape) {
    if (dim < 0) {
      throw Error(ErrorCode::model, fmt::format("input 'input' holds a negative dimension: {}", dim));
    }
  }
  shape.elements();  // refuses what is absurdly large
  return {{shape, value_.dtype(), Layout::row_major}};
}

std::optional<Tensor> ConstantOfShape::fold(std::span<const OpInput> inputs) const {
  Tensor result(infer(inputs)[0]);
  const std::size_t element = size_of(value_.dtype());
  auto* to = static_cast<std::byte*>(result.mutable_data());
  for (std::size_t i = 0; i < result.desc().bytes(); i += element)
    std::memcpy(to + i, value_.data(), element);
  return result;
}

std::vector<std::int64_t> ShapeOf::dims(std::span<const OpInput> inputs) const {
  const auto all = need(inputs, 0, "data").desc.shape.dims();
  const auto rank = static_cast<std::int64_t>(all.size());
  const auto clamp = [&](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + rank : i, 0, rank); };
  const std::int64_t first = clamp(start_), last = std::max(first, clamp(end_.value_or(rank)));
  return {all.begin() + first, all.begin() + last};
}

std::vector<TensorDesc> ShapeOf::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 1);
  return {{Shape{static_cast<std::int64_t>(dims(inputs).size())}, DType::i64, Layout::row_major}};
}

std::optional<Tensor> ShapeOf::fold(std::span<const OpInput> inputs) const {
  return Tensor::of_i64(dims(inputs));
}

std::shared_ptr<const Op> read_constant(NodeSource& source) {
  Attributes& attributes = source.attributes;
  if (source.op_type == "Constant") return read_constant_node(attributes);
  if (source.op_type == "ConstantOfShape") {
    Tensor value = attributes.find_tensor("value").value_or(scalar_f32(0));
    if (value.shape().elements() != 1) {
      throw Error(ErrorCode::model, fmt::format("attribute 'value' should hold one element, found shape {}",
                                                value.shape().text()));
    }
    return std::make_shared<ConstantOfShape>(std::move(value));
  }
  const bool has_range = source.opset >= 15;
  return std::make_shared<ShapeOf>(has_range ? attributes.get_int("start", 0) : 0,
                                   has_range ? attributes.find_int("end") : std::nullopt);
}

}  // namespace yy
