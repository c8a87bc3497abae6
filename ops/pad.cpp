#include "ops/pad.h"

#include <algorithm>
#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Pad::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), fields_ ? 1 : 4);
  const Shape& shape = need(inputs, 0, "data").desc.shape;
  const auto all = pads(inputs);
  value(inputs);
  std::vector<std::int64_t> dims;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    constexpr std::int64_t most = 1 << 30;
    const std::int64_t before = all[i], after = all[shape.rank() + i];
    const bool absurd = before > most || after > most || before < -most || after < -most;
    if (absurd || shape[i] + before + after < 0 || -before > shape[i] || -after > shape[i]) {
      throw Error(ErrorCode::model, fmt::format("'pads' {} and {} do not fit axis {} of 'data' {}", before,
                                                after, i, shape.text()));
    }
    const bool grows = before > 0 || after > 0;
    if (mode_ != Mode::constant && shape[i] == 0 && grows) {
      throw Error(ErrorCode::model,
                  fmt::format("axis {} of 'data' {} has no elements to pad with", i, shape.text()));
    }
    dims.push_back(shape[i] + before + after);
  }
  return {{Shape(std::move(dims)), inputs[0].desc.dtype, Layout::row_major}};
}

std::vector<std::int64_t> Pad::pads(std::span<const OpInput> inputs) const {
  const std::size_t rank = inputs[0].desc.shape.rank();
  const auto given = fields_ ? fields_->pads : constant_ints(need(inputs, 1, "pads"), "pads");
  const OpInput* axes_input = fields_ ? nullptr : maybe(inputs, 3);
  if (axes_input == nullptr) {
    if (given.size() != 2 * rank) {
      throw Error(ErrorCode::model,
                  fmt::format("'pads' should have {} elements, two for each axis of 'data' {}, found {}",
                              2 * rank, inputs[0].desc.shape.text(), given.size()));
    }
    return given;
  }
  const auto axes = constant_ints(*axes_input, "axes");
  if (given.size() != 2 * axes.size()) {
    throw Error(ErrorCode::model,
                fmt::format("'pads' should have two elements for each of the {} 'axes', found {}",
                            axes.size(), given.size()));
  }
  std::vector<std::int64_t> result(2 * rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = normal_axis(axes[i], rank, "'axes' element");
    result[axis] = given[i];
    result[rank + axis] = given[axes.size() + i];
  }
  return result;
}

Tensor Pad::value(std::span<const OpInput> inputs) const {
  const DType data = inputs[0].desc.dtype;
  const DType dtype = is_real(data) ? DType::f32 : data;  // the model knows no 16-bit floats
  Tensor zero({Shape{}, dtype, {}});
  if (fields_) {
    if (dtype != DType::f32 && fields_->value != 0) {
      throw Error(ErrorCode::model,
                  fmt::format("attribute 'value' needs float32 'data', found {}", name_of(dtype)));
    }
    if (dtype == DType::f32) zero.as_mutable<float>()[0] = fields_->value;
    return zero;
  }
  const OpInput* given = maybe(inputs, 2);
  if (given == nullptr) return zero;
  check_dtype(*given, dtype, "constant_value");
  if (given->constant == nullptr || given->desc.shape.elements() != 1) {
    throw Error(ErrorCode::model,
                "input 'constant_value' should be one number known when the network is compiled");
  }
  return *given->constant;
}

std::int64_t Pad::source(std::int64_t place, std::int64_t size) const {
  switch (mode_) {
    case Mode::constant:
      break;
    case Mode::edge:
      return std::clamp<std::int64_t>(place, 0, size - 1);
    case Mode::reflect: {
      if (size == 1) return 0;
      const std::int64_t period = 2 * (size - 1);  // the edges themselves are not repeated
      const std::int64_t at = ((place % period) + period) % period;
      return at < size ? at : period - at;
    }
    case Mode::wrap:
      return ((place % size) + size) % size;
  }
  return place;
}

namespace {

Pad::Mode read_mode(NodeSource& source) {
  const std::string mode = source.attributes.get_string("mode", "constant");
  if (mode == "constant") return Pad::Mode::constant;
  if (mode == "edge") return Pad::Mode::edge;
  if (mode == "reflect") return Pad::Mode::reflect;
  if (mode == "wrap" && source.opset >= 19) return Pad::Mode::wrap;
  throw Error(
      ErrorCode::model,
      fmt::format("attribute 'mode' should be constant, edge, reflect or, from opset 19, wrap; found '{}'",
                  mode));
}

}  // namespace

std::shared_ptr<const Op> read_pad(NodeSource& source) {
  const Pad::Mode mode = read_mode(source);
  if (source.opset >= 11) return std::make_shared<Pad>(std::nullopt, mode);
  const auto pads = source.attributes.find_ints("pads");
  if (!pads) throw Error(ErrorCode::model, "attribute 'pads' is missing");
  return std::make_shared<Pad>(Pad::Fields{*pads, source.attributes.get_float("value", 0)}, mode);
}

}  // namespace yy
