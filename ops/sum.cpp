#include "ops/sum.h"

#include <fmt/format.h>
#include <limits>

#include "ops/inputs.h"

namespace yy {

std::vector<TensorDesc> Sum::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, std::numeric_limits<std::size_t>::max());
  Shape shape;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string what = fmt::format("data_{}", i);
    check_dtype(need(inputs, i, what), DType::f32, what);
    shape = broadcast(shape, inputs[i].desc.shape);
  }
  return {{shape, DType::f32, Layout::row_major}};
}

std::shared_ptr<const Op> read_sum(NodeSource&) {
  return std::make_shared<Sum>();
}

}  // namespace yy
