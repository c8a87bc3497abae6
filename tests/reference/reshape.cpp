#include <algorithm>
#include <set>

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

Index reshaped(const Case& c, const Index& from, const Ints& wanted) {
  Index dims = wanted;
  const bool zero_copies = int_attribute(c, "allowzero", 0) == 0;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && zero_copies) dims[i] = from[i];
  }
  const auto open = std::find(dims.begin(), dims.end(), -1);
  if (open != dims.end()) {
    *open = 1;
    *open = size_of_dims(from) / size_of_dims(dims);
  }
  return dims;
}

Index flattened(const Case& c, const Index& from) {
  const std::int64_t axis = from_back(int_attribute(c, "axis", 1), from.size());
  return {size_of_dims(Index(from.begin(), from.begin() + axis)),
          size_of_dims(Index(from.begin() + axis, from.end()))};
}

Index squeezed(const Index& from, const std::optional<Ints>& axes) {
  std::set<std::int64_t> dropped;
  for (std::int64_t axis : axes.value_or(Ints{})) dropped.insert(from_back(axis, from.size()));
  Index dims;
  for (std::int64_t i = 0; i < std::ssize(from); ++i) {
    const bool drop = axes ? dropped.contains(i) : from[i] == 1;
    if (!drop) dims.push_back(from[i]);
  }
  return dims;
}

Index unsqueezed(const Index& from, const Ints& axes) {
  std::set<std::int64_t> inserted;
  for (std::int64_t axis : axes) inserted.insert(from_back(axis, from.size() + axes.size()));
  Index dims = from;
  for (std::int64_t axis : inserted) dims.insert(dims.begin() + axis, 1);
  return dims;
}

}  // namespace

std::vector<Array> reference_reshape(const Case& c, Inputs inputs) {
  Array y = *inputs[0];
  const std::string& op = c.source.op_type;
  std::optional<Ints> axes = ints_attribute(c, "axes");
  if (has_input(inputs, 1)) axes = inputs[1]->whole;
  if (op == "Reshape") y.dims = reshaped(c, y.dims, *axes);
  if (op == "Flatten") y.dims = flattened(c, y.dims);
  if (op == "Squeeze") y.dims = squeezed(y.dims, axes);
  if (op == "Unsqueeze") y.dims = unsqueezed(y.dims, *axes);
  if (c.source.output_count == 1 || op != "Dropout") return {y};
  Array mask(DType::boolean, y.dims);
  for (std::int64_t& element : mask.whole) element = 1;
  return {y, mask};
}

}  // namespace yy::test
