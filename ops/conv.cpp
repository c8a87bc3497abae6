#include "ops/conv.h"

#include <algorithm>
#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Conv::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), 4);
  const OpInput& x = need(inputs, 0, "X");
  const OpInput& w = need(inputs, 1, "W");
  check_dtype(x, DType::f32, "X");
  check_dtype(w, DType::f32, "W");
  const std::size_t rank = w.desc.shape.rank();
  if (rank < 3 || rank > 5) {
    throw Error(ErrorCode::model, fmt::format("input 'W' should have rank 3 to 5, found rank {}: {}", rank,
                                              w.desc.shape.text()));
  }
  check_rank(x, rank, "X");
  const Shape& xs = x.desc.shape;
  const Shape& ws = w.desc.shape;
  if (std::any_of(ws.begin(), ws.end(), [](std::int64_t dim) { return dim < 1; })) {
    throw Error(ErrorCode::model, fmt::format("input 'W' {} has no elements", ws.text()));
  }
  if (ws[0] % group_ != 0) {
    throw Error(ErrorCode::model,
                fmt::format("attribute 'group' is {}, which does not divide the {} output channels of 'W' {}",
                            group_, ws[0], ws.text()));
  }
  if (xs[1] != ws[1] * group_) {
    throw Error(ErrorCode::model,
                fmt::format("input 'X' has {} channels, but 'W' {} with group {} expects {}", xs[1],
                            ws.text(), group_, ws[1] * group_));
  }
  if (const OpInput* b = maybe(inputs, 2)) {
    check_dtype(*b, DType::f32, "B");
    check_shape(*b, Shape{ws[0]}, "B");
  }
  std::vector<std::int64_t> dims{xs[0], ws[0]};
  const Window resolved = window(inputs);
  dims.insert(dims.end(), resolved.output.begin(), resolved.output.end());
  const Shape out(std::move(dims));
  if (epilogue_.residual) check_shape(need(inputs, 3, "residual"), out, "residual");
  return {{out, DType::f32, Layout::row_major}};
}

Window Conv::window(std::span<const OpInput> inputs) const {
  const auto w = inputs[1].desc.shape.dims();
  return resolve(window_, inputs[0].desc.shape, {w.begin() + 2, w.end()});
}

PrecisionRule Conv::precision_rule(std::span<const OpInput> inputs) const {
  return inputs[0].desc.shape.rank() == 4 ? PrecisionRule::accumulate : PrecisionRule::float32;
}

std::int64_t Conv::macs(std::span<const OpInput> inputs, std::span<const TensorDesc> outputs) const {
  const Shape& w = inputs[1].desc.shape;
  return outputs[0].shape.elements() * (w.elements() / w[0]);
}

std::string Conv::details() const {
  std::string text;
  if (group_ != 1) text += fmt::format("group {}", group_);
  if (epilogue_.residual) text += " +residual";
  if (epilogue_.activation) text += " +" + epilogue_.activation->text();
  return text;
}

std::shared_ptr<const Conv> Conv::with(WindowAttributes window) const {
  return std::make_shared<Conv>(std::move(window), group_, epilogue_);
}

std::shared_ptr<const Conv> Conv::with(Epilogue epilogue) const {
  return std::make_shared<Conv>(window_, group_, std::move(epilogue));
}

std::shared_ptr<const Op> read_conv(NodeSource& source) {
  WindowAttributes window = WindowAttributes::read(source.attributes);
  const std::int64_t group = source.attributes.get_int("group", 1);
  if (group < 1) {
    throw Error(ErrorCode::model, fmt::format("attribute 'group' should be at least 1, found {}", group));
  }
  return std::make_shared<Conv>(std::move(window), group);
}

}  // namespace yy
