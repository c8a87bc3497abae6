#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_gather(const Case& c, Inputs inputs) {
  const Array &x = *inputs[0], &indices = *inputs[1];
  const std::int64_t axis = from_back(int_attribute(c, "axis", 0), x.dims.size());
  Index dims(x.dims.begin(), x.dims.begin() + axis);
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), x.dims.begin() + axis + 1, x.dims.end());
  Array y(x.dtype, dims);
  for_each_index(dims, [&](const Index& index) {
    const auto front = index.begin() + axis, behind = front + std::ssize(indices.dims);
    const std::int64_t picked = indices.whole[position(indices.dims, Index(front, behind))];
    Index from(index.begin(), front);
    from.push_back(picked < 0 ? picked + x.dims[axis] : picked);
    from.insert(from.end(), behind, index.end());
    y.copy(position(dims, index), x, position(x.dims, from));
  });
  return {y};
}

}  // namespace yy::test
