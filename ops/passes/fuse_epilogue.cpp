#include "ops/batch_norm.h"
#include "ops/binary.h"
#include "ops/conv.h"
#include "ops/gemm.h"
#include "ops/matmul.h"
#include "ops/passes/passes.h"
#include "ops/passes/rewriter.h"
#include "ops/unary.h"

namespace yy {
namespace {

// A convolution's own result added to another value of the same shape, computed before the convolution's
// place in the order or movable before it: the node is moved to where the addition stood.
void take_residual(Rewriter& graph, int n) {
  const auto* conv = graph.as<Conv>(n);
  if (conv == nullptr || conv->epilogue().activation || conv->epilogue().residual) return;
  Node fused = graph.node(n);
  const ValueId result = fused.outputs[0];
  const int at = graph.sole_reader(result);
  const auto* binary = graph.as<Binary>(at);
  if (binary == nullptr || binary->kind() != Binary::Kind::add) return;
  const Node& add = graph.node(at);
  const ValueId other = add.inputs[0] == result ? add.inputs[1] : add.inputs[0];
  const Value& residual = graph.value(other);
  if (residual.constant || residual.desc.shape != graph.value(result).desc.shape) return;

  Epilogue epilogue = conv->epilogue();
  epilogue.residual = true;
  fused.op = conv->with(epilogue);
  fused.inputs.resize(4, no_value);
  fused.inputs[3] = other;
  fused.outputs = add.outputs;
  graph.replace(at, std::move(fused));
}

// `op` with an activation behind it, or null where it takes none.
std::shared_ptr<const Op> with_activation(const Op& op, const Activation& activation) {
  if (const auto* conv = dynamic_cast<const Conv*>(&op)) {
    Epilogue epilogue = conv->epilogue();
    if (epilogue.activation) return nullptr;
    epilogue.activation = activation;
    return conv->with(epilogue);
  }
  if (const auto* gemm = dynamic_cast<const Gemm*>(&op)) {
    Gemm::Fields fields = gemm->fields();
    if (fields.activation) return nullptr;
    fields.activation = activation;
    return std::make_shared<Gemm>(fields);
  }
  if (const auto* matmul = dynamic_cast<const MatMul*>(&op)) {
    return matmul->activation() ? nullptr : std::make_shared<MatMul>(activation);
  }
  if (const auto* norm = dynamic_cast<const BatchNorm*>(&op)) {
    return norm->activation() || !activation.is_arithmetic() ? nullptr : norm->with(activation);
  }
  return nullptr;
}

void take_activation(Rewriter& graph, int n) {
  Node fused = graph.node(n);
  if (fused.op == nullptr) return;
  const int at = graph.sole_reader(fused.outputs[0]);
  const auto* unary = graph.as<Unary>(at);
  if (unary == nullptr || graph.node(at).inputs[0] != fused.outputs[0]) return;
  const Activation activation = unary->function(graph.graph().op_inputs(graph.node(at)));
  if (!activation.follows_layers()) return;
  fused.op = with_activation(*fused.op, activation);
  if (fused.op == nullptr) return;
  fused.outputs = graph.node(at).outputs;
  graph.replace(n, std::move(fused));
}

}  // namespace

// Later nodes first, so that of two convolutions that feed one addition the later hosts it and the other's
// result is ready.
void fuse_epilogue(Graph& graph) {
  Rewriter rewriter(graph);
  for (int n = rewriter.size(); n-- > 0;) take_residual(rewriter, n);
  for (int n = rewriter.size(); n-- > 0;) take_activation(rewriter, n);
  rewriter.finish();
}

}  // namespace yy
