#include "ops/split.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Split::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, fields_.lengths ? 1 : 2);
  const TensorDesc& input = need(inputs, 0, "input").desc;
  const std::size_t along = axis(input.shape);
  std::vector<TensorDesc> outputs;
  for (std::int64_t length : lengths(inputs)) {
    Shape shape = input.shape;
    shape[along] = length;
    outputs.push_back({std::move(shape), input.dtype, Layout::row_major});
  }
  return outputs;
}

std::size_t Split::axis(const Shape& input) const {
  return normal_axis(fields_.axis, input.rank(), "attribute 'axis'");
}

std::vector<std::int64_t> Split::lengths(std::span<const OpInput> inputs) const {
  const Shape& shape = inputs[0].desc.shape;
  const std::int64_t whole = shape[axis(shape)], parts = static_cast<std::int64_t>(fields_.outputs);
  const OpInput* given = fields_.lengths ? nullptr : maybe(inputs, 1);
  if (given == nullptr && !fields_.lengths) {
    const std::int64_t part = (whole + parts - 1) / parts;
    const std::int64_t last = whole - part * (parts - 1);
    if (last < 0 || (last != part && !fields_.last_may_be_shorter)) {
      throw Error(ErrorCode::model, fmt::format("axis {} of 'input' {} cannot be cut into {} equal parts",
                                                axis(shape), shape.text(), parts));
    }
    std::vector<std::int64_t> result(fields_.outputs, part);
    result.back() = last;
    return result;
  }
  std::vector<std::int64_t> result = given ? constant_ints(*given, "split") : *fields_.lengths;
  std::int64_t left = whole;
  bool fits = result.size() == fields_.outputs;
  for (std::int64_t length : result) {
    fits = fits && length >= 0 && length <= left;
    left -= fits ? length : 0;
  }
  if (!fits || left != 0) {
    throw Error(
        ErrorCode::model,
        fmt::format("'split' should hold {} lengths, one for each output, that add up to {}, found [{}]",
                    fields_.outputs, whole, fmt::join(result, ",")));
  }
  return result;
}

std::shared_ptr<const Op> read_split(NodeSource& source) {
  Split::Fields fields;
  fields.axis = source.attributes.get_int("axis", 0);
  fields.outputs = std::max<std::size_t>(source.output_count, 1);
  if (source.opset < 13) fields.lengths = source.attributes.find_ints("split");
  if (source.opset >= 18) {
    const auto given = source.attributes.find_int("num_outputs");
    if (given && *given != static_cast<std::int64_t>(fields.outputs)) {
      throw Error(ErrorCode::model, fmt::format("attribute 'num_outputs' is {}, but the node has {} outputs",
                                                *given, fields.outputs));
    }
    fields.last_may_be_shorter = given.has_value();
  }
  return std::make_shared<Split>(std::move(fields));
}

}  // namespace yy
