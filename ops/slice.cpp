#include "ops/slice.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

Slice::Range range_of(std::int64_t size, std::int64_t start, std::int64_t end, std::int64_t step) {
  // Ends may be INT64_MAX or INT64_MIN for "all": clamp before any arithmetic can overflow.
  const auto from_front = [&](std::int64_t i) {
    return i < 0 ? std::max(i, -size - 1) + size : std::min(i, size);
  };
  start = from_front(start);
  end = from_front(end);
  if (step > 0) {
    start = std::clamp<std::int64_t>(start, 0, size);
    end = std::clamp<std::int64_t>(end, 0, size);
    return {start, step, end > start ? (end - start - 1) / step + 1 : 0};
  }
  if (size == 0) return {0, step, 0};
  start =
      std::clamp<std::int64_t>(start, 0, size - 1);  // ONNX's rule; numpy would take nothing before the front
  end = std::clamp<std::int64_t>(end, -1, size - 1);
  return {start, step, start > end ? (start - end - 1) / -step + 1 : 0};
}

}  // namespace

std::vector<TensorDesc> Slice::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), fields_ ? 1 : 5);
  std::vector<std::int64_t> dims;
  for (const Range& range : ranges(inputs)) dims.push_back(range.count);
  return {{Shape(std::move(dims)), inputs[0].desc.dtype, Layout::row_major}};
}

std::vector<Slice::Range> Slice::ranges(std::span<const OpInput> inputs) const {
  const Shape& shape = need(inputs, 0, "data").desc.shape;
  const auto starts = fields_ ? fields_->starts : constant_ints(need(inputs, 1, "starts"), "starts");
  const auto ends = fields_ ? fields_->ends : constant_ints(need(inputs, 2, "ends"), "ends");
  std::vector<std::int64_t> axes(starts.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (fields_ && fields_->axes) axes = *fields_->axes;
  if (const OpInput* given = fields_ ? nullptr : maybe(inputs, 3)) axes = constant_ints(*given, "axes");
  std::vector<std::int64_t> steps(starts.size(), 1);
  if (const OpInput* given = fields_ ? nullptr : maybe(inputs, 4)) steps = constant_ints(*given, "steps");
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
    throw Error(
        ErrorCode::model,
        fmt::format("'starts', 'ends', 'axes' and 'steps' should be equally long, found {}, {}, {} and {}",
                    starts.size(), ends.size(), axes.size(), steps.size()));
  }
  std::vector<Range> result;
  for (std::int64_t dim : shape) result.push_back({0, 1, dim});
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (steps[i] == 0) throw Error(ErrorCode::model, "'steps' holds 0");
    const std::size_t axis = normal_axis(axes[i], shape.rank(), "'axes' element");
    const std::int64_t step =
        std::clamp<std::int64_t>(steps[i], -(std::int64_t{1} << 40), std::int64_t{1} << 40);
    result[axis] = range_of(shape[axis], starts[i], ends[i], step);
  }
  return result;
}

std::shared_ptr<const Op> read_slice(NodeSource& source) {
  if (source.opset >= 10) return std::make_shared<Slice>(std::nullopt);
  auto starts = source.attributes.find_ints("starts");
  auto ends = source.attributes.find_ints("ends");
  if (!starts || !ends) throw Error(ErrorCode::model, "attributes 'starts' and 'ends' are expected");
  return std::make_shared<Slice>(Slice::Fields{*starts, *ends, source.attributes.find_ints("axes")});
}

}  // namespace yy
