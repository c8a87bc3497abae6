#include "ops/rows.h"

#include <algorithm>
#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Rows::infer(std::span<const OpInput> inputs) const {
  const bool scatter = kind_ == Kind::scatter;
  check_count(inputs, required_inputs(), required_inputs());
  const TensorDesc& rows = need(inputs, 0, "rows").desc;
  const OpInput& index = need(inputs, 1, "index");
  check_dtype(index, DType::i32, "index");
  check_rank(index, 1, "index");
  check_dtype(need(inputs, 2, "count"), DType::i32, "count");
  check_shape(inputs[2], Shape{1}, "count");
  if (rows.shape.rank() < 1) throw Error(ErrorCode::model, "input 'rows' is a scalar: it has no rows");
  const std::int64_t n = index.desc.shape[0];
  if (!scatter) {
    Shape out = rows.shape;
    out[0] = n;
    return {{out, rows.dtype, Layout::row_major}};
  }
  const OpInput& into = need(inputs, 3, "into");
  check_dtype(into, rows.dtype, "into");
  check_rank(into, rows.shape.rank(), "into");
  if (rows.shape[0] != n ||
      !std::equal(rows.shape.begin() + 1, rows.shape.end(), into.desc.shape.begin() + 1)) {
    throw Error(ErrorCode::model, fmt::format("rows {} do not fit index [{}] and into {}", rows.shape.text(),
                                              n, into.desc.shape.text()));
  }
  return {{into.desc.shape, rows.dtype, Layout::row_major}};
}

}  // namespace yy
