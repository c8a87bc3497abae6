// A layer, then y = factor[c] * x + offset[c]: the factor goes into the weights, the offset into the bias.
#include <algorithm>
#include <cmath>

#include "ops/batch_norm.h"
#include "ops/binary.h"
#include "ops/conv.h"
#include "ops/gemm.h"
#include "ops/inputs.h"
#include "ops/matmul.h"
#include "ops/passes/passes.h"
#include "ops/passes/rewriter.h"

namespace yy {
namespace {

using Affine = BatchNorm::Affine;

// A Conv, Gemm or MatMul whose weights and bias are constants and that has no epilogue yet.
struct Layer {
  std::size_t channel_axis = 0;  // of the weights, input 1
  double bias_factor = 1;        // of the bias, input 2
  std::int64_t channels = 0;
  std::size_t behind_channels = 0;  // axes of the result after that of the channels
  std::size_t rank = 0;             // of the result, at least
};

bool is_float32_constant(const OpInput& input) {
  return input.constant != nullptr && input.desc.dtype == DType::f32;
}

// Nodes that shape inference has not seen yet may hold anything; it will name what does not fit.
std::optional<Layer> any_layer_at(const Rewriter& graph, int n) {
  if (n < 0) return std::nullopt;
  const std::vector<OpInput> inputs = graph.graph().op_inputs(graph.node(n));
  if (inputs.size() < 2 || !is_float32_constant(inputs[1])) return std::nullopt;
  const Shape& weights = inputs[1].desc.shape;
  if (const auto* conv = graph.as<Conv>(n)) {
    if (conv->epilogue().activation || conv->epilogue().residual || weights.rank() < 3) return std::nullopt;
    return Layer{0, 1, weights[0], weights.rank() - 2, weights.rank()};
  }
  if (const auto* gemm = graph.as<Gemm>(n)) {
    if (gemm->fields().activation || weights.rank() != 2 || !gemm->is_layer(inputs)) return std::nullopt;
    const std::size_t axis = gemm->fields().transB ? 0 : 1;
    return Layer{axis, gemm->fields().beta, weights[axis], 0, 2};
  }
  if (const auto* matmul = graph.as<MatMul>(n)) {
    if (matmul->activation() || !matmul->is_layer(inputs)) return std::nullopt;
    const Value& result = graph.value(graph.node(n).outputs[0]);
    return Layer{1, 1, weights[1], 0, result.typed ? result.desc.shape.rank() : 1};
  }
  return std::nullopt;
}

std::optional<Layer> layer_at(const Rewriter& graph, int n) {
  const auto layer = any_layer_at(graph, n);
  if (!layer) return std::nullopt;
  const std::vector<OpInput> inputs = graph.graph().op_inputs(graph.node(n));
  const OpInput* bias = maybe(inputs, 2);
  if (bias == nullptr) return layer;
  const bool fits = is_float32_constant(*bias) && bias->desc.shape.elements() == layer->channels;
  return fits ? layer : std::nullopt;
}

// The elements of a float32 constant, one for each channel. With `numbers` also a single one for all
// channels: as a factor it is free, but the 3 of x + 3 may be the beginning of a written-out HardSwish.
std::optional<std::vector<double>> per_channel(const Value& value, const Layer& layer, bool numbers) {
  if (!value.constant || value.desc.dtype != DType::f32) return std::nullopt;
  const Shape& shape = value.desc.shape;
  const auto elements = value.constant->as<float>();
  if (shape.rank() > layer.rank) return std::nullopt;
  if (numbers && elements.size() == 1) {
    return std::vector<double>(static_cast<std::size_t>(layer.channels), elements[0]);
  }
  if (shape.rank() <= layer.behind_channels || shape.elements() != layer.channels) return std::nullopt;
  if (shape[shape.rank() - 1 - layer.behind_channels] != layer.channels) return std::nullopt;
  return std::vector<double>(elements.begin(), elements.end());
}

std::optional<Affine> affine_of(Binary::Kind kind, std::vector<double> constant, bool constant_first) {
  Affine affine{std::vector<double>(constant.size(), 1), std::vector<double>(constant.size(), 0)};
  const bool finite =
      std::all_of(constant.begin(), constant.end(), [](double c) { return std::isfinite(c); });
  const bool zero = std::find(constant.begin(), constant.end(), 0.0) != constant.end();
  if (!finite || (kind == Binary::Kind::div && (zero || constant_first))) return std::nullopt;
  switch (kind) {
    case Binary::Kind::add:
      affine.offset = std::move(constant);
      break;
    case Binary::Kind::sub:
      for (double& c : constant) c = constant_first ? c : -c;
      affine.offset = std::move(constant);
      if (constant_first) affine.factor.assign(affine.factor.size(), -1);
      break;
    case Binary::Kind::mul:
      affine.factor = std::move(constant);
      break;
    case Binary::Kind::div:
      for (double& c : constant) c = 1 / c;
      affine.factor = std::move(constant);
      break;
  }
  return affine;
}

// What node `n` does to each channel of `x`.
std::optional<Affine> affine_at(const Rewriter& graph, int n, ValueId x, const Layer& layer) {
  const Node& node = graph.node(n);
  if (const auto* norm = graph.as<BatchNorm>(n)) {
    const std::vector<OpInput> inputs = graph.graph().op_inputs(node);
    const bool on_channels = layer.rank == layer.behind_channels + 2;  // BatchNormalization's are axis 1
    if (norm->activation() || !on_channels || node.inputs[0] != x || inputs.size() != 5) return std::nullopt;
    for (std::size_t i = 1; i < 5; ++i) {
      if (!inputs[i].present || !inputs[i].constant) return std::nullopt;
      if (inputs[i].desc != TensorDesc{Shape{layer.channels}, DType::f32, {}}) return std::nullopt;
    }
    return norm->affine(inputs);
  }
  const auto* binary = graph.as<Binary>(n);
  if (binary == nullptr || node.inputs.size() != 2) return std::nullopt;
  const bool constant_first = node.inputs[0] != x;
  const ValueId other = node.inputs[constant_first ? 0 : 1];
  if (other == no_value) return std::nullopt;
  const bool scales = binary->kind() == Binary::Kind::mul || binary->kind() == Binary::Kind::div;
  auto constant = per_channel(graph.value(other), layer, scales);
  return constant ? affine_of(binary->kind(), std::move(*constant), constant_first) : std::nullopt;
}

Tensor scaled_weights(const Tensor& weights, std::size_t axis, const std::vector<double>& factor) {
  Tensor result(weights.desc());
  const auto from = weights.as<float>();
  const auto to = result.as_mutable<float>();
  std::size_t step = 1;  // from one channel to the next
  for (std::size_t i = axis + 1; i < weights.shape().rank(); ++i)
    step *= static_cast<std::size_t>(weights.shape()[i]);
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = static_cast<float>(from[i] * factor[i / step % factor.size()]);
  }
  return result;
}

Tensor folded_bias(const Tensor* bias, double bias_factor, const Affine& affine) {
  Tensor result({Shape{static_cast<std::int64_t>(affine.factor.size())}, DType::f32, Layout::row_major});
  const auto to = result.as_mutable<float>();
  for (std::size_t c = 0; c < affine.factor.size(); ++c) {
    const double before = bias ? bias_factor * bias->as<float>()[c] : 0.0;
    to[c] = static_cast<float>(before * affine.factor[c] + affine.offset[c]);
  }
  return result;
}

void fold(Rewriter& graph, int n) {
  for (ValueId x : graph.node(n).inputs) {
    const int at = graph.producer(x);
    const auto layer = layer_at(graph, at);
    if (!layer || graph.sole_reader(x) != n) continue;
    const auto affine = affine_at(graph, n, x, *layer);
    if (!affine) continue;
    Node node = graph.node(at);
    node.outputs = graph.node(n).outputs;
    node.inputs.resize(3, no_value);
    const std::vector<OpInput> inputs = graph.graph().op_inputs(node);
    const OpInput* bias = maybe(inputs, 2);
    const std::string name = graph.value(node.outputs[0]).name;
    Tensor new_bias = folded_bias(bias ? bias->constant : nullptr, layer->bias_factor, *affine);
    const bool scales = affine->factor != std::vector<double>(affine->factor.size(), 1);
    if (scales) {
      node.inputs[1] = graph.graph().add_constant(
          name + ".weights", scaled_weights(*inputs[1].constant, layer->channel_axis, affine->factor));
    }
    node.inputs[2] = graph.graph().add_constant(name + ".bias", std::move(new_bias));
    if (const auto* gemm = graph.as<Gemm>(at)) {
      Gemm::Fields fields = gemm->fields();
      fields.beta = 1;
      node.op = std::make_shared<Gemm>(fields);
    }
    graph.replace(at, std::move(node));
    return;
  }
}

}  // namespace

void fold_batch_norm(Graph& graph) {
  Rewriter rewriter(graph);
  for (int n = 0; n < rewriter.size(); ++n) {
    if (rewriter.as<BatchNorm>(n) != nullptr || rewriter.as<Binary>(n) != nullptr) fold(rewriter, n);
  }
  rewriter.finish();
}

}  // namespace yy
