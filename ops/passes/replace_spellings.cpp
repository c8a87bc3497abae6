// Sum of two is Add, which convolutions take as a residual. The mean over all pixels is GlobalAveragePool,
// which reads channels last, and a Squeeze where the axes are dropped.
#include "ops/binary.h"
#include "ops/passes/passes.h"
#include "ops/pool.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ops/sum.h"

namespace yy {
namespace {

bool is_mean_of_pictures(const Graph& graph, const Node& node) {
  const auto* reduce = dynamic_cast<const Reduce*>(node.op.get());
  if (reduce == nullptr || graph.value(node.inputs[0]).desc.dtype != DType::f32) return false;
  return reduce->reduced(graph.op_inputs(node)) == std::vector<bool>{false, false, true, true};
}

std::shared_ptr<const Op> global_average_pool() {
  return std::make_shared<Pool>(Pool::Kind::global_average, WindowAttributes{}, Pool::Fields{});
}

}  // namespace

void replace_spellings(Graph& graph) {
  const std::vector<Node> nodes = std::move(graph.nodes);
  graph.nodes.clear();
  for (Node node : nodes) {
    if (dynamic_cast<const Sum*>(node.op.get()) != nullptr && node.inputs.size() == 2) {
      node.op = std::make_shared<Binary>("Add", Binary::Kind::add);
    }
    if (!is_mean_of_pictures(graph, node)) {
      graph.nodes.push_back(std::move(node));
      continue;
    }
    const bool keepdims = dynamic_cast<const Reduce&>(*node.op).keepdims();
    Node pool{node.name, global_average_pool(), {node.inputs[0]}, node.outputs};
    if (!keepdims) {
      const ValueId pooled = graph.add_value(graph.value(node.outputs[0]).name + ".pooled");
      const Shape& shape = graph.value(node.outputs[0]).desc.shape;
      graph.value(pooled).desc = {Shape{shape[0], shape[1], 1, 1}, DType::f32, Layout::row_major};
      graph.value(pooled).typed = true;
      pool.outputs = {pooled};
    }
    graph.nodes.push_back(std::move(pool));
    if (keepdims) continue;
    const Reshape::Fields fields{.axes = std::vector<std::int64_t>{2, 3}};
    graph.nodes.push_back({node.name + ".squeeze",
                           std::make_shared<Reshape>(Reshape::Kind::squeeze, fields),
                           {graph.nodes.back().outputs[0]},
                           node.outputs});
  }
}

}  // namespace yy
