#include "ops/matmul.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

Shape leading(const Shape& shape) {
  const auto dims = shape.dims();
  if (dims.size() <= 2) return {};
  return Shape(std::vector<std::int64_t>(dims.begin(), dims.end() - 2));
}

}  // namespace

MatMul::Extent MatMul::extent(const Shape& a, const Shape& b) {
  if (a.rank() == 0 || b.rank() == 0) {
    throw Error(ErrorCode::model,
                fmt::format("inputs 'A' and 'B' should have an axis, found {} and {}", a.text(), b.text()));
  }
  Extent e{leading(a), leading(b), {}, 1, a[a.rank() - 1], 1};
  if (a.rank() > 1) e.m = a[a.rank() - 2];
  if (b.rank() > 1) e.n = b[b.rank() - 1];
  const std::int64_t kb = b[b.rank() > 1 ? b.rank() - 2 : 0];
  if (e.k != kb) {
    throw Error(ErrorCode::model, fmt::format("the inner dimensions of 'A' {} and 'B' {} differ: {} and {}",
                                              a.text(), b.text(), e.k, kb));
  }
  e.batch = broadcast(e.batch_a, e.batch_b);
  return e;
}

std::vector<TensorDesc> MatMul::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), 3);
  const OpInput& a = need(inputs, 0, "A");
  const OpInput& b = need(inputs, 1, "B");
  check_dtype(a, DType::f32, "A");
  check_dtype(b, DType::f32, "B");
  const Extent e = extent(a.desc.shape, b.desc.shape);
  if (const OpInput* bias = maybe(inputs, 2)) {
    check_dtype(*bias, DType::f32, "bias");
    check_shape(*bias, Shape{e.n}, "bias");
  }
  std::vector<std::int64_t> dims(e.batch.begin(), e.batch.end());
  if (a.desc.shape.rank() > 1) dims.push_back(e.m);
  if (b.desc.shape.rank() > 1) dims.push_back(e.n);
  return {{Shape(std::move(dims)), DType::f32, Layout::row_major}};
}

bool MatMul::is_layer(std::span<const OpInput> inputs) const {
  const OpInput& b = inputs[1];
  const OpInput* bias = maybe(inputs, 2);
  return b.constant != nullptr && b.desc.shape.rank() == 2 && b.desc.shape.elements() > 0 &&
         (bias == nullptr || bias->constant != nullptr);
}

PrecisionRule MatMul::precision_rule(std::span<const OpInput> inputs) const {
  return is_layer(inputs) ? PrecisionRule::accumulate : PrecisionRule::float32;
}

std::int64_t MatMul::macs(std::span<const OpInput> inputs, std::span<const TensorDesc> outputs) const {
  const Shape& a = inputs[0].desc.shape;
  return outputs[0].shape.elements() * a[a.rank() - 1];
}

std::string MatMul::details() const {
  return activation_ ? fmt::format("+{}", activation_->text()) : "";
}

std::shared_ptr<const Op> read_matmul(NodeSource&) {
  return std::make_shared<MatMul>();
}

}  // namespace yy
