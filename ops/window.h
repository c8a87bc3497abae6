// The sliding window of convolutions and pools over the spatial axes (one to three): worked out once, here.
#pragma once

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
  std::optional<std::vector<std::int64_t>> pads;  // begins of all axes, then ends
  std::string auto_pad = "NOTSET";
  bool ceil_mode = false;

  static WindowAttributes read(Attributes& attributes);
};

// Resolved for one input size. Lists have an element for each spatial axis ({height, width}), `pads` has two:
// the begins of all axes, then the ends ({top, left, bottom, right}).
struct Window {
  std::vector<std::int64_t> kernel_shape, strides, dilations, pads, output;

  std::size_t axes() const { return kernel_shape.size(); }
  std::int64_t extent(std::size_t axis) const { return (kernel_shape[axis] - 1) * dilations[axis] + 1; }
  std::string text() const;  // "3x3 s2 p0,0,1,1"
};

// For an input of shape [N,C,...]. Throws Error naming the attribute, the value expected and found.
Window resolve(const WindowAttributes& attributes, const Shape& input,
               std::vector<std::int64_t> kernel_shape);

// The first position of the window, along some axis, at which it would see padding only.
struct PaddingOnly {
  std::size_t axis;
  std::int64_t position;
};
std::optional<PaddingOnly> padding_only(const Window& window, const Shape& input);

// "height" or "width" of a picture, "axis 2" elsewhere; for messages.
std::string axis_name(std::size_t axis, std::size_t axes);

}  // namespace yy
