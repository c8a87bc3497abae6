#include "ops/select.h"

#include "ops/inputs.h"

namespace yy {

std::vector<TensorDesc> Select::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), 3);
  const OpInput& confidence = need(inputs, 0, "confidence");
  check_dtype(confidence, DType::f32, "confidence");
  check_rank(confidence, 1, "confidence");
  check_dtype(need(inputs, 1, "threshold"), DType::f32, "threshold");
  check_shape(inputs[1], Shape{1}, "threshold");
  check_dtype(need(inputs, 2, "valid"), DType::i32, "valid");
  check_shape(inputs[2], Shape{1}, "valid");
  return {{confidence.desc.shape, DType::i32, Layout::row_major}, {Shape{1}, DType::i32, Layout::row_major}};
}

}  // namespace yy
