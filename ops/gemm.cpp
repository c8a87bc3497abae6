#include "ops/gemm.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Gemm::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), 3);
  const OpInput& a = need(inputs, 0, "A");
  const OpInput& b = need(inputs, 1, "B");
  check_dtype(a, DType::f32, "A");
  check_dtype(b, DType::f32, "B");
  check_rank(a, 2, "A");
  check_rank(b, 2, "B");
  const auto [m, ka] = std::pair(a.desc.shape[fields_.transA ? 1 : 0], a.desc.shape[fields_.transA ? 0 : 1]);
  const auto [kb, n] = std::pair(b.desc.shape[fields_.transB ? 1 : 0], b.desc.shape[fields_.transB ? 0 : 1]);
  if (ka != kb) {
    throw Error(ErrorCode::model,
                fmt::format("the inner dimensions of 'A' {}{} and 'B' {}{} differ: {} and {}",
                            a.desc.shape.text(), fields_.transA ? " (transposed)" : "", b.desc.shape.text(),
                            fields_.transB ? " (transposed)" : "", ka, kb));
  }
  const Shape out{m, n};
  if (const OpInput* c = maybe(inputs, 2)) {
    check_dtype(*c, DType::f32, "C");
    const Shape& shape = c->desc.shape;
    bool fits = shape.rank() <= 2;
    for (std::size_t i = 0; fits && i < shape.rank(); ++i) {
      const std::int64_t dim = shape[shape.rank() - 1 - i];
      fits = dim == 1 || dim == out[1 - i];
    }
    if (!fits) {
      throw Error(ErrorCode::model,
                  fmt::format("input 'C' should be broadcastable to {}, found {}", out.text(), shape.text()));
    }
  }
  return {{out, DType::f32, Layout::row_major}};
}

bool Gemm::is_layer(std::span<const OpInput> inputs) const {
  if (inputs[1].constant == nullptr || fields_.transA || fields_.alpha == 0) return false;
  const OpInput* c = maybe(inputs, 2);
  if (c == nullptr) return true;
  const std::int64_t n = inputs[1].desc.shape[fields_.transB ? 0 : 1];
  return c->constant != nullptr && c->desc.shape.elements() == n && c->desc.shape.rank() > 0 &&
         c->desc.shape[c->desc.shape.rank() - 1] == n;
}

PrecisionRule Gemm::precision_rule(std::span<const OpInput> inputs) const {
  return is_layer(inputs) ? PrecisionRule::accumulate : PrecisionRule::float32;
}

std::int64_t Gemm::macs(std::span<const OpInput> inputs, std::span<const TensorDesc> outputs) const {
  return outputs[0].shape.elements() * inputs[0].desc.shape[fields_.transA ? 0 : 1];
}

std::string Gemm::details() const {
  return fields_.activation ? fmt::format("+{}", fields_.activation->text()) : "";
}

std::shared_ptr<const Op> read_gemm(NodeSource& source) {
  Gemm::Fields fields;
  fields.alpha = source.attributes.get_float("alpha", 1);
  fields.beta = source.attributes.get_float("beta", 1);
  fields.transA = source.attributes.get_flag("transA", false);
  fields.transB = source.attributes.get_flag("transB", false);
  return std::make_shared<Gemm>(fields);
}

}  // namespace yy
