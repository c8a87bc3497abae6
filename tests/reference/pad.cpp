#include "tests/reference/reference.h"

namespace yy::test {

namespace {

// Where in an axis of `size` an index before its begin or behind its end is taken from, one step at a time.
std::int64_t taken_from(const std::string& mode, std::int64_t index, std::int64_t size) {
  while (index < 0 || index >= size) {
    if (mode == "edge" || size == 1) {
      index = index < 0 ? 0 : size - 1;
    } else if (mode == "wrap") {
      index += index < 0 ? size : -size;
    } else {
      index = index < 0 ? -index : 2 * (size - 1) - index;
    }
  }
  return index;
}

}  // namespace

std::vector<Array> reference_pad(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  const std::size_t rank = x.dims.size();
  const Ints given = c.source.opset < 11 ? *ints_attribute(c, "pads") : inputs[1]->whole;
  Ints axes;
  for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  if (has_input(inputs, 3)) axes = inputs[3]->whole;
  Index before(rank, 0), dims = x.dims;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = from_back(axes[i], rank);
    before[axis] = given[i];
    dims[axis] += given[i] + given[axes.size() + i];
  }
  Array value(x.dtype, {});
  if (c.source.opset < 11) value.set(0, float_attribute(c, "value", 0));
  if (has_input(inputs, 2)) value.copy(0, *inputs[2], 0);
  const std::string mode = string_attribute(c, "mode", "constant");
  Array y(x.dtype, dims);
  for_each_index(dims, [&](Index index) {
    const std::int64_t at = position(dims, index);
    bool inside = true;
    for (std::size_t axis = 0; axis < rank; ++axis) {
      index[axis] -= before[axis];
      if (mode != "constant") index[axis] = taken_from(mode, index[axis], x.dims[axis]);
      inside = inside && index[axis] >= 0 && index[axis] < x.dims[axis];
    }
    y.copy(at, inside ? x : value, inside ? position(x.dims, index) : 0);
  });
  return {y};
}

}  // namespace yy::test
