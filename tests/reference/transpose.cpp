#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_transpose(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  if (c.source.op_type == "Reorder") return {x};
  Ints perm;
  for (std::int64_t axis = std::ssize(x.dims); axis-- > 0;) perm.push_back(axis);
  perm = ints_attribute(c, "perm").value_or(perm);
  Index dims;
  for (std::int64_t axis : perm) dims.push_back(x.dims[axis]);
  Array y(x.dtype, dims);
  for_each_index(dims, [&](const Index& index) {
    Index from(index.size());
    for (std::size_t i = 0; i < index.size(); ++i) from[perm[i]] = index[i];
    y.copy(position(dims, index), x, position(x.dims, from));
  });
  return {y};
}

}  // namespace yy::test
