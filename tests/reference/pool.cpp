#include <algorithm>

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

// One window: the elements of the picture it covers, and how many of its cells lie in the padded picture.
// Cells beyond the end padding, which ceil_mode lets a window reach, count as neither.
struct Cells {
  std::vector<double> values;
  std::int64_t with_padding = 0;
};

Cells cells(const Array& x, const Geometry& g, const Index& at) {
  Cells result;
  const std::int64_t height = x.dims[2], width = x.dims[3];
  for (std::int64_t i = 0; i < g.kernel[0]; ++i) {
    for (std::int64_t j = 0; j < g.kernel[1]; ++j) {
      const std::int64_t row = at[2] * g.strides[0] + i * g.dilations[0] - g.pads[0];
      const std::int64_t column = at[3] * g.strides[1] + j * g.dilations[1] - g.pads[1];
      if (row < height + g.pads[2] && column < width + g.pads[3]) ++result.with_padding;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      result.values.push_back(x.real[((at[0] * x.dims[1] + at[1]) * height + row) * width + column]);
    }
  }
  return result;
}

}  // namespace

std::vector<Array> reference_pool(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  const bool global = c.source.op_type == "GlobalAveragePool", largest = c.source.op_type == "MaxPool";
  const bool with_padding = int_attribute(c, "count_include_pad", 0) != 0;
  const Ints kernel = ints_attribute(c, "kernel_shape").value_or(Ints{x.dims[2], x.dims[3]});
  Geometry g = geometry(c, x.dims, kernel, int_attribute(c, "ceil_mode", 0) != 0);
  if (global) g.output = {1, 1};
  Array y(DType::f32, {x.dims[0], x.dims[1], g.output[0], g.output[1]});
  for_each_index(y.dims, [&](const Index& index) {
    const Cells window = cells(x, g, index);
    double result = largest ? -std::numeric_limits<double>::infinity() : 0;
    for (double value : window.values) result = largest ? std::max(result, value) : result + value;
    if (!largest)
      result /= static_cast<double>(with_padding ? window.with_padding : std::ssize(window.values));
    y.real[position(y.dims, index)] = result;
  });
  return {y};
}

}  // namespace yy::test
