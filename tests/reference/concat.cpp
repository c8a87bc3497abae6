#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_concat(const Case& c, Inputs inputs) {
  const std::int64_t axis = from_back(int_attribute(c, "axis", 0), inputs[0]->dims.size());
  Index dims = inputs[0]->dims;
  dims[axis] = 0;
  for (const auto& x : inputs) dims[axis] += x->dims[axis];
  Array y(inputs[0]->dtype, dims);
  std::int64_t begin = 0;
  for (const auto& x : inputs) {
    for_each_index(x->dims, [&](Index index) {
      const std::int64_t from = position(x->dims, index);
      index[axis] += begin;
      y.copy(position(dims, index), *x, from);
    });
    begin += x->dims[axis];
  }
  return {y};
}

}  // namespace yy::test
