#include "ops/inputs.h"

#include <algorithm>
#include <fmt/format.h>

#include "runtime/error.h"

namespace yy {

const OpInput& need(std::span<const OpInput> inputs, std::size_t index, std::string_view what) {
  if (index >= inputs.size() || !inputs[index].present) {
    throw Error(ErrorCode::model, fmt::format("input {} ('{}') is missing", index, what));
  }
  return inputs[index];
}

const OpInput* maybe(std::span<const OpInput> inputs, std::size_t index) {
  return index < inputs.size() && inputs[index].present ? &inputs[index] : nullptr;
}

bool has_constant(std::span<const OpInput> inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const OpInput& input) { return input.constant; });
}

void check_count(std::span<const OpInput> inputs, std::size_t least, std::size_t most) {
  if (inputs.size() < least || inputs.size() > most) {
    const std::string range = least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
    throw Error(ErrorCode::model, fmt::format("expected {} inputs, found {}", range, inputs.size()));
  }
}

void check_rank(const OpInput& input, std::size_t rank, std::string_view what) {
  if (input.desc.shape.rank() != rank) {
    throw Error(ErrorCode::model, fmt::format("input '{}' should have rank {}, found rank {}: {}", what, rank,
                                              input.desc.shape.rank(), input.desc.shape.text()));
  }
}

void check_dtype(const OpInput& input, DType dtype, std::string_view what) {
  if (input.desc.dtype != dtype) {
    throw Error(ErrorCode::model, fmt::format("input '{}' should be {}, found {}", what, name_of(dtype),
                                              name_of(input.desc.dtype)));
  }
}

void check_shape(const OpInput& input, const Shape& shape, std::string_view what) {
  if (input.desc.shape != shape) {
    throw Error(ErrorCode::model, fmt::format("input '{}' should have shape {}, found {}", what, shape.text(),
                                              input.desc.shape.text()));
  }
}

std::vector<std::int64_t> constant_ints(const OpInput& input, std::string_view what) {
  if (input.constant == nullptr) {
    throw Error(
        ErrorCode::model,
        fmt::format("input '{}' is computed from data while the network runs; it must be known when the "
                    "network is compiled",
                    what));
  }
  if (input.desc.shape.rank() > 1) {
    throw Error(ErrorCode::model, fmt::format("input '{}' should be a scalar or a list, found shape {}", what,
                                              input.desc.shape.text()));
  }
  if (input.desc.dtype == DType::i64) {
    const auto elements = input.constant->as<std::int64_t>();
    return {elements.begin(), elements.end()};
  }
  if (input.desc.dtype == DType::i32) {
    const auto elements = input.constant->as<std::int32_t>();
    return {elements.begin(), elements.end()};
  }
  throw Error(ErrorCode::model,
              fmt::format("input '{}' should be int64 or int32, found {}", what, name_of(input.desc.dtype)));
}

float constant_float(const OpInput& input, std::string_view what) {
  check_dtype(input, DType::f32, what);
  if (input.constant == nullptr || input.desc.shape.elements() != 1) {
    throw Error(ErrorCode::model,
                fmt::format("input '{}' should be one number known when the network is compiled, found {}{}",
                            what, input.desc.shape.text(), input.constant ? "" : " computed from data"));
  }
  return input.constant->as<float>()[0];
}

std::size_t normal_axis(std::int64_t axis, std::size_t rank, std::string_view what) {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) {
    throw Error(ErrorCode::model, fmt::format("{} {} is out of range for rank {}: expected {} to {}", what,
                                              axis, r, -r, r - 1));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

Shape broadcast(const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> dims(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t x = i < a.rank() ? a[a.rank() - 1 - i] : 1;
    const std::int64_t y = i < b.rank() ? b[b.rank() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) {
      throw Error(ErrorCode::model,
                  fmt::format("shapes {} and {} cannot be broadcast together", a.text(), b.text()));
    }
    dims[rank - 1 - i] = x == 1 ? y : x;
  }
  return Shape(std::move(dims));
}

}  // namespace yy
