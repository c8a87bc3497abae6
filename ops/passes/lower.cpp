#include "ops/passes/lower.h"

#include <algorithm>
#include <fmt/format.h>

#include "ops/passes/passes.h"
#include "runtime/error.h"

namespace yy {
namespace {

void check_shape(const Value& input, const Shape& given) {
  const Shape& declared = input.desc.shape;
  if (given.rank() != declared.rank()) {
    throw Error(ErrorCode::usage, fmt::format("input '{}': expected {} dimensions, {}, found {}", input.name,
                                              declared.rank(), declared.text(), given.text()));
  }
  for (std::size_t axis = 0; axis < given.rank(); ++axis) {
    const bool is_fixed = declared[axis] != unknown_dim;
    if (is_fixed ? given[axis] == declared[axis] : given[axis] >= 0) continue;
    throw Error(ErrorCode::usage,
                fmt::format("input '{}': expected {} in dimension {} of {}, found {}", input.name,
                            is_fixed ? std::to_string(declared[axis]) : "a size", axis, declared.text(),
                            given[axis]));
  }
}

struct Settings {
  const Backend& evaluator;
  Layout inputs = Layout::row_major;
  Precision precision = Precision::f32;
};

struct Pass {
  std::string_view name;
  void (*run)(Graph&, const Settings&);
};

template <void (*pass)(Graph&)>
void plain(Graph& graph, const Settings&) {
  pass(graph);
}

// What does not depend on the batch.
constexpr Pass simplifying[] = {
    {"propagate", [](Graph& graph, const Settings& s) { propagate(graph, s.evaluator, false); }},
    {"remove_no_ops", plain<remove_no_ops>},
    {"cancel_transposes", plain<cancel_transposes>},
    {"fold_batch_norm", plain<fold_batch_norm>},
};

constexpr Pass lowering[] = {
    {"propagate", [](Graph& graph, const Settings& s) { propagate(graph, s.evaluator, true); }},
    {"remove_no_ops", plain<remove_no_ops>},
    {"replace_spellings", plain<replace_spellings>},
    {"fold_batch_norm", plain<fold_batch_norm>},
    {"recognise_hard_swish", plain<recognise_hard_swish>},
    {"recognise_swish", plain<recognise_swish>},
    {"recognise_gelu", plain<recognise_gelu>},
    {"recognise_layer_norm", plain<recognise_layer_norm>},
    {"fuse_pad", plain<fuse_pad>},
    {"fuse_epilogue", plain<fuse_epilogue>},
    {"fuse_squeeze_excite", plain<fuse_squeeze_excite>},
    {"map_channels", plain<map_channels>},
    {"fuse_concat", plain<fuse_concat>},
    {"narrow_values",
     [](Graph& graph, const Settings& s) {
       graph.tf32 = s.precision == Precision::tf32;
       if (type_of(s.precision) != DType::f32) narrow_values(graph, type_of(s.precision));
     }},
    {"assign_layouts", [](Graph& graph, const Settings& s) { assign_layouts(graph, s.inputs); }},
};

void run(std::span<const Pass> passes, Graph& graph, const Settings& settings, const PassObserver& observer) {
  for (const Pass& pass : passes) {
    const std::size_t before = graph.nodes.size();
    pass.run(graph, settings);
    if (observer) observer(pass.name, before, graph);
  }
}

}  // namespace

void bind_compile_time_inputs(Graph& graph, std::vector<Tensor>& tensors) {
  std::vector<bool> is_needed(graph.values.size(), false);
  for (const Node& node : graph.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != no_value && node.op->needs_constant(i)) {
        is_needed[static_cast<std::size_t>(node.inputs[i])] = true;
      }
    }
  }
  std::vector<ValueId> open_inputs;
  std::vector<Tensor> open_tensors;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const ValueId id = graph.inputs[i];
    if (is_needed[static_cast<std::size_t>(id)]) {
      graph.value(id).desc = tensors.at(i).desc();
      graph.value(id).constant = std::move(tensors.at(i));
    } else {
      open_inputs.push_back(id);
      open_tensors.push_back(std::move(tensors.at(i)));
    }
  }
  graph.inputs = std::move(open_inputs);
  tensors = std::move(open_tensors);
}

void simplify(Graph& graph, const Backend& evaluator, const PassObserver& observer) {
  run(simplifying, graph, {evaluator}, observer);
}

std::optional<std::int64_t> fixed_batch(const Graph& graph) {
  std::optional<std::int64_t> fixed;
  for (ValueId id : graph.inputs) {
    const Shape& shape = graph.value(id).desc.shape;
    if (shape.rank() == 0) continue;
    if (shape[0] == unknown_dim) return std::nullopt;
    if (!fixed) fixed = shape[0];
  }
  return fixed;
}

void set_batch(Graph& graph, std::int64_t batch) {
  if (const auto fixed = fixed_batch(graph); fixed && *fixed != batch) {
    throw Error(ErrorCode::model, fmt::format("the batch is fixed to {} by input '{}'; asked for {}", *fixed,
                                              graph.value(graph.inputs[0]).name, batch));
  }
  for (ValueId id : graph.inputs) {
    Shape& shape = graph.value(id).desc.shape;
    if (shape.rank() > 0 && shape[0] == unknown_dim) shape[0] = batch;
    graph.value(id).typed = true;
  }
}

void set_shapes(Graph& graph, std::span<const Shape> shapes) {
  if (shapes.size() != graph.inputs.size()) {
    throw Error(ErrorCode::usage, fmt::format("expected the shapes of {} inputs, found {}",
                                              graph.inputs.size(), shapes.size()));
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Value& input = graph.value(graph.inputs[i]);
    check_shape(input, shapes[i]);
    input.desc.shape = shapes[i];
    input.typed = true;
  }
}

void lower(Graph& graph, const Backend& evaluator, Layout input_layout, Precision precision,
           const PassObserver& observer) {
  for (ValueId id : graph.inputs) {
    const Value& input = graph.value(id);
    const auto open = std::find(input.desc.shape.begin(), input.desc.shape.end(), unknown_dim);
    if (open == input.desc.shape.end()) continue;
    throw Error(ErrorCode::model,
                fmt::format("input '{}' {}: the model leaves dimension {} open, and it was given no size",
                            input.name, input.desc.shape.text(), open - input.desc.shape.begin()));
  }
  run(lowering, graph, {evaluator, input_layout, precision}, observer);
}

}  // namespace yy
