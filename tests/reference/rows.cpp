#include "tests/reference/reference.h"

namespace yy::test {
namespace {

void copy_row(Array& to, std::int64_t to_row, const Array& from, std::int64_t from_row) {
  const std::int64_t width = size_of_dims(Index(from.dims.begin() + 1, from.dims.end()));
  for (std::int64_t i = 0; i < width; ++i) {
    to.copy(to_row * width + i, from, from_row * width + i);
    if (!to.untouched.empty()) to.untouched[to_row * width + i] = false;
  }
}

}  // namespace

std::vector<Array> reference_rows(const Case& c, Inputs inputs) {
  const Array &rows = *inputs[0], &index = *inputs[1];
  const std::int64_t count = inputs[2]->whole[0];
  if (c.source.op_type == "ScatterRows") {
    Array y = *inputs[3];
    for (std::int64_t i = 0; i < count; ++i) copy_row(y, index.whole[i], rows, i);
    return {y};
  }
  Index dims = rows.dims;
  dims[0] = index.dims[0];
  Array y(rows.dtype, dims);
  y.untouched.assign(static_cast<std::size_t>(y.size()), true);
  for (std::int64_t i = 0; i < count; ++i) copy_row(y, i, rows, index.whole[i]);
  return {y};
}

}  // namespace yy::test
