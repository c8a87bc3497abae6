#include "ops/pool.h"

#include <algorithm>
#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

namespace {

// A window over padding only has no largest element, and no average unless padding counts.
void check_every_window_sees_the_picture(const Window& window, const Shape& input) {
  if (const auto bad = padding_only(window, input)) {
    throw Error(ErrorCode::model,
                fmt::format("attribute 'pads': window {} along the {} of 'X' {} would see padding only ({})",
                            bad->position, axis_name(bad->axis, window.axes()), input.text(), window.text()));
  }
}

}  // namespace

std::string_view Pool::name() const {
  switch (kind_) {
    case Kind::max:
      return "MaxPool";
    case Kind::average:
      return "AveragePool";
    case Kind::global_average:
      return "GlobalAveragePool";
  }
  return "?";
}

std::vector<TensorDesc> Pool::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 1);
  const OpInput& x = need(inputs, 0, "X");
  const bool bytes = x.desc.dtype == DType::i8 || x.desc.dtype == DType::u8;
  if (kind_ != Kind::max || !bytes) check_dtype(x, DType::f32, "X");
  const Shape& shape = x.desc.shape;
  if (shape.rank() < 3 || shape.rank() > 5) {
    throw Error(ErrorCode::model, fmt::format("input 'X' should have rank 3 to 5, found rank {}: {}",
                                              shape.rank(), shape.text()));
  }
  if (std::any_of(shape.begin() + 2, shape.end(), [](std::int64_t dim) { return dim < 1; })) {
    throw Error(ErrorCode::model, fmt::format("input 'X' {} has no pixels to pool", shape.text()));
  }
  std::vector<std::int64_t> dims{shape[0], shape[1]};
  const Window resolved = window(shape);
  dims.insert(dims.end(), resolved.output.begin(), resolved.output.end());
  std::vector<TensorDesc> outputs{{Shape(std::move(dims)), x.desc.dtype, Layout::row_major}};
  if (fields_.indices) outputs.push_back({outputs[0].shape, DType::i64, Layout::row_major});
  return outputs;
}

PrecisionRule Pool::precision_rule(std::span<const OpInput> inputs) const {
  const bool picture = inputs[0].desc.shape.rank() == 4 && !fields_.indices;
  return picture ? PrecisionRule::follow : PrecisionRule::float32;
}

Window Pool::window(const Shape& input) const {
  const auto dims = input.dims();
  if (kind_ == Kind::global_average) return resolve({}, input, {dims.begin() + 2, dims.end()});
  const auto& kernel = *window_.kernel_shape;
  if (kernel.size() != input.rank() - 2) {
    throw Error(ErrorCode::model, fmt::format("attribute 'kernel_shape' should have {} elements, found {}",
                                              input.rank() - 2, kernel.size()));
  }
  const Window result = resolve(window_, input, kernel);
  if (!fields_.count_include_pad) check_every_window_sees_the_picture(result, input);
  return result;
}

std::shared_ptr<const Op> read_pool(NodeSource& source) {
  Attributes& attributes = source.attributes;
  if (source.op_type == "GlobalAveragePool")
    return std::make_shared<Pool>(Pool::Kind::global_average, WindowAttributes{}, Pool::Fields{});
  WindowAttributes window = WindowAttributes::read(attributes);
  window.ceil_mode = attributes.get_flag("ceil_mode", false);
  if (!window.kernel_shape) throw Error(ErrorCode::model, "attribute 'kernel_shape' is missing");
  Pool::Fields fields;
  if (source.op_type == "MaxPool") {
    fields.indices = source.output_count > 1;
    fields.column_major_indices = attributes.get_flag("storage_order", false);
    return std::make_shared<Pool>(Pool::Kind::max, std::move(window), fields);
  }
  fields.count_include_pad = attributes.get_flag("count_include_pad", false);
  return std::make_shared<Pool>(Pool::Kind::average, std::move(window), fields);
}

}  // namespace yy
