#include "ops/softmax.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Softmax::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 1);
  const OpInput& x = need(inputs, 0, "input");
  check_dtype(x, DType::f32, "input");
  split(x.desc.shape);
  return {{x.desc.shape, DType::f32, Layout::row_major}};
}

Softmax::Split Softmax::split(const Shape& shape) const {
  const std::size_t axis = normal_axis(axis_, shape.rank(), "attribute 'axis'");
  Split result{1, shape[axis], 1};
  for (std::size_t i = 0; i < axis; ++i) result.outer *= shape[i];
  for (std::size_t i = axis + 1; i < shape.rank(); ++i) (flattens_ ? result.axis : result.inner) *= shape[i];
  return result;
}

std::shared_ptr<const Op> read_softmax(NodeSource& source) {
  const bool flattens = source.opset < 13;
  return std::make_shared<Softmax>(source.attributes.get_int("axis", flattens ? 1 : -1), flattens);
}

}  // namespace yy
