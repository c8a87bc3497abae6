#include <algorithm>

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

// The indices that one axis takes: "start" and "end" are clamped as ONNX says, by the sign of the step.
Ints taken(std::int64_t size, std::int64_t start, std::int64_t end, std::int64_t step) {
  if (start < 0) start += size;
  if (end < 0) end += size;
  Ints result;
  if (size == 0) return result;
  if (step > 0) {
    start = std::clamp<std::int64_t>(start, 0, size);
    end = std::clamp<std::int64_t>(end, 0, size);
    for (std::int64_t i = start; i<end; i = step> size ? size : i + step) result.push_back(i);
  } else {
    start = std::clamp<std::int64_t>(start, 0, size - 1);
    end = std::clamp<std::int64_t>(end, -1, size - 1);
    for (std::int64_t i = start; i > end; i = step < -size ? -1 : i + step) result.push_back(i);
  }
  return result;
}

}  // namespace

std::vector<Array> reference_slice(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  const bool attributes = c.source.opset < 10;
  const Ints starts = attributes ? *ints_attribute(c, "starts") : inputs[1]->whole;
  const Ints ends = attributes ? *ints_attribute(c, "ends") : inputs[2]->whole;
  std::optional<Ints> axes = ints_attribute(c, "axes");
  if (has_input(inputs, 3)) axes = inputs[3]->whole;
  std::vector<Ints> indices;
  for (std::int64_t dim : x.dims) indices.push_back(taken(dim, 0, dim, 1));
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::int64_t axis = axes ? from_back((*axes)[i], x.dims.size()) : static_cast<std::int64_t>(i);
    const std::int64_t step = has_input(inputs, 4) ? inputs[4]->whole[i] : 1;
    indices[axis] = taken(x.dims[axis], starts[i], ends[i], step);
  }
  Index dims;
  for (const Ints& list : indices) dims.push_back(std::ssize(list));
  Array y(x.dtype, dims);
  for_each_index(dims, [&](const Index& index) {
    Index from;
    for (std::size_t axis = 0; axis < index.size(); ++axis) from.push_back(indices[axis][index[axis]]);
    y.copy(position(dims, index), x, position(x.dims, from));
  });
  return {y};
}

}  // namespace yy::test
