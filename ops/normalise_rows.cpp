#include "ops/normalise_rows.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

bool is_pixels_then_channels(const Shape& shape) {
  return shape[1] == shape[2] && shape[3] == 3;
}

bool is_channels_then_pixels(const Shape& shape) {
  return shape[1] == 3 && shape[2] == shape[3];
}

}  // namespace

std::vector<TensorDesc> NormaliseRows::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), required_inputs());
  const OpInput& pixels = need(inputs, 0, "pixels");
  check_dtype(pixels, DType::u8, "pixels");
  check_rank(pixels, 4, "pixels");
  const Shape& shape = pixels.desc.shape;
  if (!is_pixels_then_channels(shape) && !is_channels_then_pixels(shape)) {
    throw Error(
        ErrorCode::model,
        fmt::format("input 'pixels' should have shape [R,S,S,3] or [R,3,S,S], found {}", shape.text()));
  }
  const OpInput& index = need(inputs, 1, "index");
  check_dtype(index, DType::i32, "index");
  check_rank(index, 1, "index");
  check_dtype(need(inputs, 2, "count"), DType::i32, "count");
  check_shape(inputs[2], Shape{1}, "count");
  check_dtype(need(inputs, 3, "table"), DType::f32, "table");
  check_shape(inputs[3], Shape{3, 256}, "table");
  const std::int64_t size = shape[2];  // S, of either shape
  return {{Shape{index.desc.shape[0], 3, size, size}, DType::f32, Layout::row_major}};
}

bool is_interleaved(const TensorDesc& pixels) {
  return (is_pixels_then_channels(pixels.shape) && pixels.same_bytes_in(Layout::row_major)) ||
         (is_channels_then_pixels(pixels.shape) && pixels.same_bytes_in(Layout::channels_last));
}

}  // namespace yy
