// MatMul: numpy's matmul, activation(A B + bias), with broadcast leading axes; float32. A of rank 1 is a row,
// B of rank 1 a column, and that axis is dropped from the result. The bias [N] and the activation come from
// passes.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "ops/activation.h"
#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class MatMul : public Op {
 public:
  explicit MatMul(std::optional<Activation> activation = {}) : activation_(activation) {}

  std::string_view name() const override { return "MatMul"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;  // A, B, maybe bias
  std::size_t required_inputs() const override { return 2; }
  PrecisionRule precision_rule(std::span<const OpInput> inputs) const override;
  std::int64_t macs(std::span<const OpInput> inputs, std::span<const TensorDesc> outputs) const override;
  std::string details() const override;
  const std::optional<Activation>& activation() const { return activation_; }

  // Whether B is one constant matrix that is not empty and the bias, where given, constant: a fully connected
  // layer on rows of A.
  bool is_layer(std::span<const OpInput> inputs) const;

  // A [batch, M, K] times B [batch, K, N], where a batch of 1 serves all.
  struct Extent {
    Shape batch_a, batch_b, batch;  // leading axes of the operands, and as broadcast
    std::int64_t m, k, n;
  };
  static Extent extent(const Shape& a, const Shape& b);  // throws Error where they do not fit

 private:
  std::optional<Activation> activation_;
};

std::shared_ptr<const Op> read_matmul(NodeSource& source);

}  // namespace yy
