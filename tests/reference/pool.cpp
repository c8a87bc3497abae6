#include <algorithm>

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

// One window: the places in X of the elements that it covers, and how many of its cells lie in the padded
// picture. Cells beyond the end padding, which ceil_mode lets a window reach, count as neither.
struct Cells {
  std::vector<std::int64_t> places;
  std::int64_t with_padding = 0;
};

Cells cells(const Index& x, const Geometry& g, const Index& at) {
  Cells result;
  for_each_index(g.kernel, [&](const Index& tap) {
    bool inside = true, padded = true;
    Index index{at[0], at[1]};
    for (std::size_t i = 0; i < 3; ++i) {
      const std::int64_t k = g.place(i, at[2 + i], tap[i]);
      inside = inside && k >= 0 && k < g.picture[i];
      padded = padded && k < g.picture[i] + g.after[i];
      index.push_back(k);
    }
    if (padded) ++result.with_padding;
    if (inside) result.places.push_back(position(x, index));
  });
  return result;
}

// ONNX's Indices with storage_order 1 count with the first spatial axis fastest.
std::int64_t column_major(const Index& x, std::int64_t place) {
  std::int64_t pixels = x[2] * x[3] * x[4], rest = place % pixels, result = place - rest;
  const std::int64_t w = rest % x[4], h = rest / x[4] % x[3], d = rest / x[4] / x[3];
  return result + (w * x[3] + h) * x[2] + d;
}

}  // namespace

std::vector<Array> reference_pool(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  const bool largest = c.source.op_type == "MaxPool";
  const bool with_padding = int_attribute(c, "count_include_pad", 0) != 0;
  const Ints whole(x.dims.begin() + 2, x.dims.end());
  const Ints kernel = ints_attribute(c, "kernel_shape").value_or(whole);
  const Geometry g = geometry(c, x.dims, kernel, int_attribute(c, "ceil_mode", 0) != 0);
  Array y(x.dtype, output_dims(g, x.dims, x.dims[1])), indices(DType::i64, y.dims);
  const Index from = with_three_axes(x.dims), to = with_three_axes(y.dims);
  for_each_index(to, [&](const Index& index) {
    const Cells window = cells(from, g, index);
    const std::int64_t at = position(to, index);
    if (!largest) {
      double sum = 0;
      for (std::int64_t place : window.places) sum += x.real[place];
      y.real[at] = sum / static_cast<double>(with_padding ? window.with_padding : std::ssize(window.places));
      return;
    }
    std::int64_t best = window.places[0];
    for (std::int64_t place : window.places) {
      if (x.number(place) > x.number(best)) best = place;
    }
    y.copy(at, x, best);
    indices.whole[at] = int_attribute(c, "storage_order", 0) != 0 ? column_major(from, best) : best;
  });
  if (c.source.output_count > 1) return {y, indices};
  return {y};
}

}  // namespace yy::test
