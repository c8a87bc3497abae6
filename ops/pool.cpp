#include "ops/pool.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

namespace {

// A window over padding only has no largest element and no average.
void check_every_window_sees_the_picture(const Window& window, const Shape& input) {
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::int64_t position = 0; position < window.output[i]; ++position) {
      const std::int64_t origin = position * window.strides[i] - window.pads[i], step = window.dilations[i];
      const std::int64_t first = origin >= 0 ? 0 : (-origin + step - 1) / step;  // tap inside the picture
      if (first < window.kernel_shape[i] && origin + first * step < input[2 + i]) continue;
      throw Error(
          ErrorCode::model,
          fmt::format("attribute 'pads': window {} along the {} of 'X' {} would see padding only ({})",
                      position, i == 0 ? "height" : "width", input.text(), window.text()));
    }
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
  check_dtype(x, DType::f32, "X");
  check_rank(x, 4, "X");
  const Shape& shape = x.desc.shape;
  if (shape[2] < 1 || shape[3] < 1) {
    throw Error(ErrorCode::model, fmt::format("input 'X' {} has no pixels to pool", shape.text()));
  }
  const Window resolved = window(shape);
  return {{Shape{shape[0], shape[1], resolved.output[0], resolved.output[1]}, DType::f32, Layout::row_major}};
}

Window Pool::window(const Shape& input) const {
  if (kind_ == Kind::global_average) {
    Window whole;
    whole.kernel_shape = {input[2], input[3]};
    return whole;
  }
  const auto& kernel = *window_.kernel_shape;
  if (kernel.size() != 2) {
    throw Error(ErrorCode::model,
                fmt::format("attribute 'kernel_shape' should have 2 elements, found {}", kernel.size()));
  }
  const Window result = resolve(window_, input, {kernel[0], kernel[1]});
  check_every_window_sees_the_picture(result, input);
  return result;
}

std::shared_ptr<const Op> read_pool(NodeSource& source) {
  Attributes& attributes = source.attributes;
  if (source.op_type == "GlobalAveragePool")
    return std::make_shared<Pool>(Pool::Kind::global_average, WindowAttributes{});
  if (source.output_count > 1) {
    throw Error(ErrorCode::model, "output 1 ('Indices') is not supported: only the pooled values are");
  }
  WindowAttributes window = WindowAttributes::read(attributes);
  window.ceil_mode = attributes.get_flag("ceil_mode", false);
  if (!window.kernel_shape) throw Error(ErrorCode::model, "attribute 'kernel_shape' is missing");
  if (source.op_type == "MaxPool") {
    attributes.ignore("storage_order");  // concerns the indices only
    return std::make_shared<Pool>(Pool::Kind::max, std::move(window));
  }
  const bool count_include_pad = attributes.get_flag("count_include_pad", false);
  return std::make_shared<Pool>(Pool::Kind::average, std::move(window), count_include_pad);
}

}  // namespace yy
