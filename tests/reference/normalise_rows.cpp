#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_normalise_rows(const Case&, Inputs inputs) {
  const Array &pixels = *inputs[0], &index = *inputs[1], &table = *inputs[3];
  Index dims = pixels.dims;
  dims[0] = index.dims[0];
  Array y(DType::f32, dims);
  for_each_index(dims, [&](const Index& at) {
    if (at[0] >= inputs[2]->whole[0]) return;
    const std::int64_t byte = pixels.whole[position(pixels.dims, {index.whole[at[0]], at[1], at[2], at[3]})];
    y.real[position(dims, at)] = table.real[position(table.dims, {at[1], byte})];
  });
  return {y};
}

}  // namespace yy::test
