#include <set>

#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_reduce(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  Ints axes = ints_attribute(c, "axes").value_or(Ints{});
  if (has_input(inputs, 1)) axes = inputs[1]->whole;
  std::set<std::int64_t> gone;
  for (std::int64_t axis : axes) gone.insert(from_back(axis, x.dims.size()));
  if (axes.empty() && int_attribute(c, "noop_with_empty_axes", 0) == 0) {
    for (std::int64_t axis = 0; axis < std::ssize(x.dims); ++axis) gone.insert(axis);
  }
  Index kept = x.dims, dims;
  for (std::int64_t axis : gone) kept[axis] = 1;
  for (std::int64_t axis = 0; axis < std::ssize(x.dims); ++axis) {
    if (!gone.contains(axis) || int_attribute(c, "keepdims", 1) != 0) dims.push_back(kept[axis]);
  }
  Array y(x.dtype, kept);
  for_each_index(x.dims, [&](Index index) {
    const std::int64_t from = position(x.dims, index);
    for (std::int64_t axis : gone) index[axis] = 0;
    const std::int64_t at = position(kept, index);
    if (y.is_real()) {
      y.real[at] += x.real[from];
    } else {
      y.whole[at] += x.whole[from];
    }
  });
  const std::int64_t each = y.size() == 0 ? 1 : x.size() / y.size();
  for (double& value : y.real) value /= static_cast<double>(each);
  for (std::int64_t& value : y.whole) value /= each;
  y.dims = dims;
  return {y};
}

}  // namespace yy::test
