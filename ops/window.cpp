#include "ops/window.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/error.h"

namespace yy {
namespace {

constexpr std::int64_t largest = 1 << 20;  // no real window is wider; keeps the arithmetic far from overflow

template <std::size_t n>
void assign(std::array<std::int64_t, n>& to, const std::optional<std::vector<std::int64_t>>& from,
            const char* name, std::int64_t least) {
  if (!from) return;
  if (from->size() != n) {
    throw Error(ErrorCode::model, fmt::format("attribute '{}' should have {} elements, found {}: [{}]", name,
                                              n, from->size(), fmt::join(*from, ",")));
  }
  for (std::size_t i = 0; i < n; ++i) {
    if ((*from)[i] < least || (*from)[i] > largest) {
      throw Error(ErrorCode::model, fmt::format("attribute '{}' should hold values from {} to {}, found [{}]",
                                                name, least, largest, fmt::join(*from, ",")));
    }
    to[i] = (*from)[i];
  }
}

void pad_same(Window& window, const Shape& input, bool more_at_end) {
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t size = input[2 + i];
    const std::int64_t extent = (window.kernel_shape[i] - 1) * window.dilations[i] + 1;
    const std::int64_t out = (size + window.strides[i] - 1) / window.strides[i];
    const std::int64_t sum = std::max<std::int64_t>(0, (out - 1) * window.strides[i] + extent - size);
    window.pads[i] = more_at_end ? sum / 2 : sum - sum / 2;
    window.pads[2 + i] = sum - window.pads[i];
  }
}

std::int64_t output_size(const Window& window, std::size_t i, std::int64_t size, bool ceil_mode) {
  const std::int64_t extent = (window.kernel_shape[i] - 1) * window.dilations[i] + 1;
  const std::int64_t room = size + window.pads[i] + window.pads[2 + i] - extent;
  if (room < 0) {
    throw Error(ErrorCode::model,
                fmt::format("a window of {} does not fit into a padded {} of {} (pads {} and {})", extent,
                            i == 0 ? "height" : "width", size + window.pads[i] + window.pads[2 + i],
                            window.pads[i], window.pads[2 + i]));
  }
  const std::int64_t stride = window.strides[i];
  std::int64_t out = (ceil_mode ? (room + stride - 1) / stride : room / stride) + 1;
  // A last window that would begin in the end padding is dropped.
  if (ceil_mode && (out - 1) * stride >= size + window.pads[i]) --out;
  return out;
}

}  // namespace

WindowAttributes WindowAttributes::read(Attributes& attributes) {
  WindowAttributes result;
  result.kernel_shape = attributes.find_ints("kernel_shape");
  result.strides = attributes.find_ints("strides");
  result.dilations = attributes.find_ints("dilations");
  result.pads = attributes.find_ints("pads");
  result.auto_pad = attributes.get_string("auto_pad", "NOTSET");
  const bool known = result.auto_pad == "NOTSET" || result.auto_pad == "VALID" ||
                     result.auto_pad == "SAME_UPPER" || result.auto_pad == "SAME_LOWER";
  if (!known) {
    throw Error(
        ErrorCode::model,
        fmt::format("attribute 'auto_pad' should be NOTSET, VALID, SAME_UPPER or SAME_LOWER, found '{}'",
                    result.auto_pad));
  }
  return result;
}

std::string Window::text() const {
  std::string result = fmt::format("{}x{}", kernel_shape[0], kernel_shape[1]);
  if (strides != std::array<std::int64_t, 2>{1, 1}) result += fmt::format(" s{},{}", strides[0], strides[1]);
  if (dilations != std::array<std::int64_t, 2>{1, 1}) {
    result += fmt::format(" d{},{}", dilations[0], dilations[1]);
  }
  if (pads != std::array<std::int64_t, 4>{0, 0, 0, 0}) result += fmt::format(" p{}", fmt::join(pads, ","));
  return result;
}

Window resolve(const WindowAttributes& attributes, const Shape& input,
               std::array<std::int64_t, 2> kernel_shape) {
  Window window;
  assign(window.kernel_shape, attributes.kernel_shape, "kernel_shape", 1);
  if (!attributes.kernel_shape) {
    window.kernel_shape = kernel_shape;
  } else if (window.kernel_shape != kernel_shape) {
    throw Error(ErrorCode::model,
                fmt::format("attribute 'kernel_shape' is [{}], but the weights' kernel is [{}]",
                            fmt::join(window.kernel_shape, ","), fmt::join(kernel_shape, ",")));
  }
  assign(window.strides, attributes.strides, "strides", 1);
  assign(window.dilations, attributes.dilations, "dilations", 1);
  if (attributes.auto_pad == "NOTSET") {
    assign(window.pads, attributes.pads, "pads", 0);
  } else if (attributes.auto_pad != "VALID") {
    pad_same(window, input, attributes.auto_pad == "SAME_UPPER");
  }
  for (std::size_t i = 0; i < 2; ++i) {
    window.output[i] = output_size(window, i, input[2 + i], attributes.ceil_mode);
  }
  return window;
}

}  // namespace yy
