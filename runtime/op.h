// What a node means, independent of any device: typed fields in the derived class and shape inference here.
// Ops are immutable and shared between copies of a graph.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/tensor.h"

namespace yy {

// One input as an operator or a kernel factory sees it while a graph is compiled.
struct OpInput {
  bool present = false;              // an optional input may be left out
  TensorDesc desc;                   // shape and type, fully known
  const Tensor* constant = nullptr;  // its elements (row-major) where they are known at compile time
};

// Which memory layout an operator's rank-4 tensors need; the layout pass (ops/passes/layout.h) obeys.
enum class LayoutRule {
  row_major,      // defined on the order of elements in memory, or on no rank-4 tensor at all
  channels_last,  // spatial: runs with channels fastest
  follow,         // any layout, the same for all rank-4 inputs and outputs
};

// What an operator does where a network runs in bfloat16 or float16, narrow types; the precision pass
// (ops/passes/narrow_values.cpp) obeys.
enum class PrecisionRule {
  float32,     // reads and writes float32, whatever the others do
  follow,      // reads and writes the same type: moves elements, compares them, or works on one at a time
  accumulate,  // multiplies narrow numbers, sums up in float32, writes either (a residual is of that type,
               // too)
};

class Op {
 public:
  virtual ~Op() = default;

  virtual std::string_view name() const = 0;  // ONNX's operator name, or ours for an operator of our own

  // The outputs' shapes and types. Throws Error naming the input or attribute that does not fit.
  virtual std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const = 0;

  // How many of the inputs, the first ones, no node may leave out. Passes read these before infer() saw them.
  virtual std::size_t required_inputs() const { return 1; }

  // The single output's elements where they follow from attributes and input shapes alone.
  virtual std::optional<Tensor> fold(std::span<const OpInput>) const { return std::nullopt; }

  // Whether input `index` must be known while a graph is compiled (a shape, weights that are packed).
  virtual bool needs_constant(std::size_t) const { return false; }

  // The axis of the output along which the inputs lie in it, one behind another, where that is all that the
  // operator does.
  virtual std::optional<std::size_t> joined_axis(const Shape&) const { return std::nullopt; }

  virtual LayoutRule layout_rule() const { return LayoutRule::row_major; }

  virtual PrecisionRule precision_rule(std::span<const OpInput>) const { return PrecisionRule::float32; }

  // Multiply-accumulates, for reports; 0 for everything but convolutions and matrix products.
  virtual std::int64_t macs(std::span<const OpInput>, std::span<const TensorDesc>) const { return 0; }

  virtual std::string details() const { return {}; }  // fields worth a column in reports, short
};

}  // namespace yy
