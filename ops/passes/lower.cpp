#include "ops/passes/lower.h"

#include <fmt/format.h>

#include "ops/passes/passes.h"
#include "runtime/error.h"

namespace yy {

void simplify(Graph& graph, const Backend& evaluator) {
  propagate(graph, evaluator, false);
  remove_no_ops(graph);
  fold_batch_norm(graph);
}

void set_batch(Graph& graph, std::int64_t batch) {
  for (ValueId id : graph.inputs) {
    Value& input = graph.value(id);
    Shape& shape = input.desc.shape;
    if (shape.rank() > 0 && shape[0] == unknown_dim) shape[0] = batch;
    if (shape.rank() > 0 && shape[0] != batch) {
      throw Error(ErrorCode::model, fmt::format("input '{}' is fixed to batch {} in the model; asked for {}",
                                                input.name, shape[0], batch));
    }
    input.typed = true;
  }
}

void lower(Graph& graph, const Backend& evaluator, Layout input_layout) {
  for (ValueId id : graph.inputs) {
    const Value& input = graph.value(id);
    if (!input.desc.shape.known()) {
      throw Error(ErrorCode::model,
                  fmt::format("input '{}' {} has a dimension that is not known; only the batch may "
                              "be left open",
                              input.name, input.desc.shape.text()));
    }
  }
  propagate(graph, evaluator, true);
  remove_no_ops(graph);
  fold_batch_norm(graph);
  fuse_pad(graph);
  fuse_epilogue(graph);
  assign_layouts(graph, input_layout);
}

}  // namespace yy
