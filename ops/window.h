// The sliding window of convolutions and pools over the two spatial axes: worked out once, here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ops/attributes.h"
#include "runtime/tensor.h"

namespace yy {

// As a node's attributes give it; ONNX's names.
struct WindowAttributes {
  std::optional<std::vector<std::int64_t>> kernel_shape;
  std::optional<std::vector<std::int64_t>> strides;
  std::optional<std::vector<std::int64_t>> dilations;
  std::optional<std::vector<std::int64_t>> pads;  // top, left, bottom, right
  std::string auto_pad = "NOTSET";
  bool ceil_mode = false;

  static WindowAttributes read(Attributes& attributes);
};

// Resolved for one input size: {height, width} and {top, left, bottom, right}.
struct Window {
  std::array<std::int64_t, 2> kernel_shape{1, 1};
  std::array<std::int64_t, 2> strides{1, 1};
  std::array<std::int64_t, 2> dilations{1, 1};
  std::array<std::int64_t, 4> pads{0, 0, 0, 0};
  std::array<std::int64_t, 2> output{1, 1};

  std::string text() const;  // "3x3 s2 p0,0,1,1"
};

// For an input of shape [N,C,H,W]. Throws Error naming the attribute, the value expected and found.
Window resolve(const WindowAttributes& attributes, const Shape& input,
               std::array<std::int64_t, 2> kernel_shape);

}  // namespace yy
