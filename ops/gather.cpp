#include "ops/gather.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Gather::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), 2);
  const Shape& data = need(inputs, 0, "data").desc.shape;
  const OpInput& indices = need(inputs, 1, "indices");
  const std::size_t along = axis(data);
  // Indices computed from data are refused: their range could not be checked before the network runs.
  for (std::int64_t index :
       constant_ints({true, {Shape{indices.desc.shape.elements()}, indices.desc.dtype, {}}, indices.constant},
                     "indices")) {
    if (index < -data[along] || index >= data[along]) {
      throw Error(ErrorCode::model,
                  fmt::format("input 'indices' holds {}, out of range for axis {} of 'data' {}", index, along,
                              data.text()));
    }
  }
  std::vector<std::int64_t> dims(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(along));
  dims.insert(dims.end(), indices.desc.shape.begin(), indices.desc.shape.end());
  dims.insert(dims.end(), data.begin() + static_cast<std::ptrdiff_t>(along) + 1, data.end());
  return {{Shape(std::move(dims)), inputs[0].desc.dtype, Layout::row_major}};
}

std::size_t Gather::axis(const Shape& data) const {
  return normal_axis(axis_, data.rank(), "attribute 'axis'");
}

PrecisionRule Gather::precision_rule(std::span<const OpInput> inputs) const {
  return inputs[0].constant ? PrecisionRule::float32 : PrecisionRule::follow;
}

std::shared_ptr<const Op> read_gather(NodeSource& source) {
  return std::make_shared<Gather>(source.attributes.get_int("axis", 0));
}

}  // namespace yy
