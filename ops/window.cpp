#include "ops/window.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/error.h"

namespace yy {
namespace {

constexpr std::int64_t largest = 1 << 20;  // no real window is wider; keeps the arithmetic far from overflow

void assign(std::vector<std::int64_t>& to, const std::optional<std::vector<std::int64_t>>& from,
            const char* name, std::int64_t least) {
  if (!from) return;
  if (from->size() != to.size()) {
    throw Error(ErrorCode::model, fmt::format("attribute '{}' should have {} elements, found {}: [{}]", name,
                                              to.size(), from->size(), fmt::join(*from, ",")));
  }
  for (std::int64_t value : *from) {
    if (value < least || value > largest) {
      throw Error(ErrorCode::model, fmt::format("attribute '{}' should hold values from {} to {}, found [{}]",
                                                name, least, largest, fmt::join(*from, ",")));
    }
  }
  to = *from;
}

void pad_same(Window& window, const Shape& input, bool more_at_end) {
  for (std::size_t i = 0; i < window.axes(); ++i) {
    const std::int64_t size = input[2 + i];
    const std::int64_t out = (size + window.strides[i] - 1) / window.strides[i];
    const std::int64_t sum =
        std::max<std::int64_t>(0, (out - 1) * window.strides[i] + window.extent(i) - size);
    window.pads[i] = more_at_end ? sum / 2 : sum - sum / 2;
    window.pads[window.axes() + i] = sum - window.pads[i];
  }
}

std::int64_t output_size(const Window& window, std::size_t i, std::int64_t size, bool ceil_mode) {
  const std::int64_t before = window.pads[i], after = window.pads[window.axes() + i];
  const std::int64_t room = size + before + after - window.extent(i);
  if (room < 0) {
    throw Error(
        ErrorCode::model,
        fmt::format("a window of {} does not fit into a padded {} of {} (pads {} and {})", window.extent(i),
                    axis_name(i, window.axes()), size + before + after, before, after));
  }
  const std::int64_t stride = window.strides[i];
  std::int64_t out = (ceil_mode ? (room + stride - 1) / stride : room / stride) + 1;
  // A last window that would begin in the end padding is dropped.
  if (ceil_mode && (out - 1) * stride >= size + before) --out;
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

std::string axis_name(std::size_t axis, std::size_t axes) {
  if (axes == 2) return axis == 0 ? "height" : "width";
  return fmt::format("axis {}", axis + 2);
}

std::string Window::text() const {
  const auto is_all = [](const std::vector<std::int64_t>& values, std::int64_t value) {
    return std::all_of(values.begin(), values.end(), [&](std::int64_t v) { return v == value; });
  };
  std::string result = fmt::format("{}", fmt::join(kernel_shape, "x"));
  if (!is_all(strides, 1)) result += fmt::format(" s{}", fmt::join(strides, ","));
  if (!is_all(dilations, 1)) result += fmt::format(" d{}", fmt::join(dilations, ","));
  if (!is_all(pads, 0)) result += fmt::format(" p{}", fmt::join(pads, ","));
  return result;
}

Window resolve(const WindowAttributes& attributes, const Shape& input,
               std::vector<std::int64_t> kernel_shape) {
  const std::size_t axes = kernel_shape.size();
  Window window{kernel_shape, std::vector<std::int64_t>(axes, 1), std::vector<std::int64_t>(axes, 1),
                std::vector<std::int64_t>(2 * axes, 0), std::vector<std::int64_t>(axes, 1)};
  assign(window.kernel_shape, attributes.kernel_shape, "kernel_shape", 1);
  if (window.kernel_shape != kernel_shape) {
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
  for (std::size_t i = 0; i < axes; ++i) {
    window.output[i] = output_size(window, i, input[2 + i], attributes.ceil_mode);
  }
  return window;
}

std::optional<PaddingOnly> padding_only(const Window& window, const Shape& input) {
  for (std::size_t i = 0; i < window.axes(); ++i) {
    const std::int64_t size = input[2 + i], step = window.dilations[i], stride = window.strides[i];
    for (std::int64_t position = 0; position < window.output[i]; ++position) {
      const std::int64_t origin = position * stride - window.pads[i];
      if (origin >= 0) break;  // from here on the first tap is inside, but for the very last window
      const std::int64_t first = (-origin + step - 1) / step;  // tap behind the padding
      if (first >= window.kernel_shape[i] || origin + first * step >= size) return PaddingOnly{i, position};
    }
    if ((window.output[i] - 1) * stride - window.pads[i] >= size) return PaddingOnly{i, window.output[i] - 1};
  }
  return std::nullopt;
}

}  // namespace yy
