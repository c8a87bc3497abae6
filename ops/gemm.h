// Gemm: Y [M,N] = activation(alpha * A' B' + beta * C), A' = A or its transpose; C broadcasts to [M,N];
// float32.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "ops/activation.h"
#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Gemm : public Op {
 public:
  struct Fields {
    float alpha = 1;
    float beta = 1;
    bool transA = false;
    bool transB = false;
    std::optional<Activation> activation;
  };

  explicit Gemm(Fields fields) : fields_(fields) {}

  std::string_view name() const override { return "Gemm"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 2; }
  PrecisionRule precision_rule(std::span<const OpInput> inputs) const override;
  std::int64_t macs(std::span<const OpInput> inputs, std::span<const TensorDesc> outputs) const override;
  std::string details() const override;
  const Fields& fields() const { return fields_; }

  // Whether B is constant and C, where given, one constant row for all rows of Y: a fully connected layer.
  bool is_layer(std::span<const OpInput> inputs) const;

 private:
  Fields fields_;
};

std::shared_ptr<const Op> read_gemm(NodeSource& source);

}  // namespace yy
