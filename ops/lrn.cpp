#include "ops/lrn.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Lrn::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 1);
  const OpInput& x = need(inputs, 0, "X");
  check_dtype(x, DType::f32, "X");
  if (x.desc.shape.rank() < 2) {
    throw Error(
        ErrorCode::model,
        fmt::format("input 'X' should have a channel axis (rank 2 or more), found {}", x.desc.shape.text()));
  }
  return {{x.desc.shape, DType::f32, Layout::row_major}};
}

std::shared_ptr<const Op> read_lrn(NodeSource& source) {
  const auto size = source.attributes.find_int("size");
  if (!size) throw Error(ErrorCode::model, "attribute 'size' is missing");
  constexpr std::int64_t most = 1 << 20;  // no net has as many channels; keeps the arithmetic from overflow
  if (*size < 1 || *size > most) {
    throw Error(ErrorCode::model, fmt::format("attribute 'size' should be 1 to {}, found {}", most, *size));
  }
  Lrn::Fields fields;
  fields.size = *size;
  fields.alpha = source.attributes.get_float("alpha", fields.alpha);
  fields.beta = source.attributes.get_float("beta", fields.beta);
  fields.bias = source.attributes.get_float("bias", fields.bias);
  return std::make_shared<Lrn>(fields);
}

}  // namespace yy
