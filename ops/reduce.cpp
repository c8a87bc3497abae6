#include "ops/reduce.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Reduce::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, fields_.axes ? 1 : 2);
  const TensorDesc& data = need(inputs, 0, "data").desc;
  if (data.dtype != DType::f32 && data.dtype != DType::i64 && data.dtype != DType::i32) {
    throw Error(ErrorCode::model,
                fmt::format("input 'data' should be float32, int64 or int32, found {}", name_of(data.dtype)));
  }
  const std::vector<bool> drop = reduced(inputs);
  std::vector<std::int64_t> dims;
  bool of_nothing = false;
  for (std::size_t i = 0; i < drop.size(); ++i) {
    of_nothing = of_nothing || (drop[i] && data.shape[i] == 0);
    if (!drop[i]) dims.push_back(data.shape[i]);
    if (drop[i] && fields_.keepdims) dims.push_back(1);
  }
  Shape shape(std::move(dims));
  if (of_nothing && shape.elements() > 0) {
    throw Error(ErrorCode::model,
                fmt::format("input 'data' {} has no elements to take the mean of", data.shape.text()));
  }
  return {{std::move(shape), data.dtype, Layout::row_major}};
}

std::vector<bool> Reduce::reduced(std::span<const OpInput> inputs) const {
  const std::size_t rank = inputs[0].desc.shape.rank();
  std::vector<std::int64_t> axes = fields_.axes.value_or(std::vector<std::int64_t>{});
  if (const OpInput* given = fields_.axes ? nullptr : maybe(inputs, 1)) axes = constant_ints(*given, "axes");
  if (axes.empty()) return std::vector<bool>(rank, !fields_.noop_with_empty_axes);
  std::vector<bool> result(rank, false);
  for (std::int64_t axis : axes) result[normal_axis(axis, rank, "'axes' element")] = true;
  return result;
}

std::shared_ptr<const Op> read_reduce(NodeSource& source) {
  Reduce::Fields fields;
  fields.keepdims = source.attributes.get_flag("keepdims", true);
  if (source.opset >= 18) {
    fields.noop_with_empty_axes = source.attributes.get_flag("noop_with_empty_axes", false);
  } else {
    fields.axes = source.attributes.find_ints("axes").value_or(std::vector<std::int64_t>{});
  }
  return std::make_shared<Reduce>(std::move(fields));
}

}  // namespace yy
