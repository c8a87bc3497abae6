#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_split(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  const std::int64_t axis = from_back(int_attribute(c, "axis", 0), x.dims.size());
  Ints lengths;
  if (has_input(inputs, 1)) {
    lengths = inputs[1]->whole;
  } else if (const auto given = ints_attribute(c, "split")) {
    lengths = *given;
  } else {
    const auto parts = static_cast<std::int64_t>(c.source.output_count);
    const auto each =
        static_cast<std::int64_t>(std::ceil(static_cast<double>(x.dims[axis]) / static_cast<double>(parts)));
    lengths.assign(c.source.output_count, each);
    lengths.back() = x.dims[axis] - each * (parts - 1);
  }
  std::vector<Array> outputs;
  std::int64_t first = 0;
  for (std::int64_t length : lengths) {
    Index dims = x.dims;
    dims[axis] = length;
    Array& y = outputs.emplace_back(x.dtype, dims);
    for_each_index(dims, [&](Index index) {
      const std::int64_t at = position(dims, index);
      index[axis] += first;
      y.copy(at, x, position(x.dims, index));
    });
    first += length;
  }
  return outputs;
}

}  // namespace yy::test
