#include "ops/concat.h"

#include <fmt/format.h>
#include <limits>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Concat::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, std::numeric_limits<std::size_t>::max());
  Shape out = need(inputs, 0, "input 0").desc.shape;
  const std::size_t along = axis(out);
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    const std::string what = fmt::format("input {}", i);
    const Shape& shape = need(inputs, i, what).desc.shape;
    check_dtype(inputs[i], inputs[0].desc.dtype, what);
    check_rank(inputs[i], out.rank(), what);
    for (std::size_t d = 0; d < out.rank(); ++d) {
      if (d != along && shape[d] != out[d]) {
        throw Error(ErrorCode::model, fmt::format("{} {} differs from input 0 {} outside axis {}", what,
                                                  shape.text(), inputs[0].desc.shape.text(), along));
      }
    }
    out[along] += shape[along];
  }
  return {{out, inputs[0].desc.dtype, Layout::row_major}};
}

std::size_t Concat::axis(const Shape& shape) const {
  return normal_axis(axis_, shape.rank(), "attribute 'axis'");
}

// A constant stays float32: it is not rounded.
PrecisionRule Concat::precision_rule(std::span<const OpInput> inputs) const {
  return has_constant(inputs) ? PrecisionRule::float32 : PrecisionRule::follow;
}

std::shared_ptr<const Op> read_concat(NodeSource& source) {
  const auto axis = source.attributes.find_int("axis");
  if (!axis) throw Error(ErrorCode::model, "attribute 'axis' is missing");
  return std::make_shared<Concat>(*axis);
}

}  // namespace yy
