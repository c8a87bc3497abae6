// Operators whose result is known while a graph is compiled: Constant, ConstantOfShape, Shape.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Constant : public Op {
 public:
  explicit Constant(Tensor value) : value_(std::move(value)) {}
  std::string_view name() const override { return "Constant"; }
  std::vector<TensorDesc> infer(std::span<const OpInput>) const override { return {value_.desc()}; }
  std::size_t required_inputs() const override { return 0; }
  std::optional<Tensor> fold(std::span<const OpInput>) const override { return value_; }

 private:
  Tensor value_;
};

// A tensor of the shape that input 0 holds, filled with one value.
class ConstantOfShape : public Op {
 public:
  explicit ConstantOfShape(Tensor value) : value_(std::move(value)) {}
  std::string_view name() const override { return "ConstantOfShape"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  bool needs_constant(std::size_t) const override { return true; }
  std::optional<Tensor> fold(std::span<const OpInput> inputs) const override;

 private:
  Tensor value_;  // one element
};

// The dimensions of input 0, from axis `start` up to but without `end`, as int64.
class ShapeOf : public Op {
 public:
  ShapeOf(std::int64_t start, std::optional<std::int64_t> end) : start_(start), end_(end) {}
  std::string_view name() const override { return "Shape"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::optional<Tensor> fold(std::span<const OpInput> inputs) const override;

 private:
  std::vector<std::int64_t> dims(std::span<const OpInput> inputs) const;

  std::int64_t start_;
  std::optional<std::int64_t> end_;
};

std::shared_ptr<const Op> read_constant(NodeSource& source);

}  // namespace yy
