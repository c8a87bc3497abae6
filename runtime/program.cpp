#include "runtime/program.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "runtime/error.h"

namespace yy {
namespace {

// The last step that reads each value; graph outputs live to the end.
std::vector<int> last_reads(const Graph& graph) {
  std::vector<int> last(graph.values.size(), -1);
  for (std::size_t step = 0; step < graph.nodes.size(); ++step) {
    for (ValueId id : graph.nodes[step].inputs) {
      if (id != no_value) last[static_cast<std::size_t>(id)] = static_cast<int>(step);
    }
  }
  for (ValueId id : graph.outputs) last[static_cast<std::size_t>(id)] = static_cast<int>(graph.nodes.size());
  return last;
}

}  // namespace

std::shared_ptr<const Program> Program::compile(Graph graph, const Backend& backend, WeightStore& weights,
                                                int threads) {
  std::shared_ptr<Program> program(new Program);
  program->graph_ = std::move(graph);
  program->make_kernels(backend, weights, threads);
  program->share_memory();
  program->place_constants(weights);
  program->memory_ = plan_memory(program->intervals_, backend.alignment());
  return program;
}

// Producers come before what joins their outputs, so that is told which of them wrote slices.
KernelOrRefusal Program::make_kernel(const Node& node, const Backend& backend, WeightStore& weights,
                                     int threads) {
  const std::vector<OpInput> inputs = graph_.op_inputs(node);
  const std::vector<TensorDesc> outputs = graph_.output_descs(node);
  KernelRequest request{*node.op, inputs, outputs, threads, weights};
  std::vector<std::size_t> in_place;
  for (std::size_t k = 0; k < node.inputs.size(); ++k) {
    const ValueId id = node.inputs[k];
    if (id != no_value && slices_[static_cast<std::size_t>(id)].exists()) in_place.push_back(k);
  }
  request.in_place = in_place;
  request.tf32 = graph_.tf32;
  if (node.outputs[0] == no_value) return backend.make_kernel(request);
  Slice& slice = slices_[static_cast<std::size_t>(node.outputs[0])];
  if (slice.exists()) request.slice_pitch = graph_.value(slice.whole).desc.shape[1];
  KernelOrRefusal made = backend.make_kernel(request);
  const auto* kernel = std::get_if<Kernel>(&made);
  if (kernel == nullptr || !kernel->writes_slice) slice = {};
  return made;
}

void Program::make_kernels(const Backend& backend, WeightStore& weights, int threads) {
  std::string refusals;
  slices_ = find_slices(graph_);
  for (const Node& node : graph_.nodes) {
    try {
      KernelOrRefusal made = make_kernel(node, backend, weights, threads);
      if (const auto* refusal = std::get_if<Refusal>(&made)) {
        refusals += fmt::format("\n  {}: {}", node.label(), refusal->reason);
      } else {
        steps_.push_back({node, std::move(std::get<Kernel>(made))});
      }
    } catch (const Error& error) {
      throw error.within(node.label());
    }
  }
  if (!refusals.empty()) {
    throw Error(ErrorCode::model,
                fmt::format("device '{}' has no kernel for these nodes:{}", backend.name(), refusals));
  }
}

// Whether output 0 of `node` may lie in the memory of input `k`: nobody reads that memory after this step, it
// is wide enough, and no other input of the node lies there (a convolution reads its source while it writes).
bool Program::may_take_over(const Node& node, std::size_t k, int step) const {
  const auto at = [](ValueId id) { return static_cast<std::size_t>(id); };
  const Placement& input = placements_[at(node.inputs[k])];
  if (input.kind != Placement::Kind::arena) return false;
  const Interval& interval = intervals_[static_cast<std::size_t>(input.interval)];
  if (interval.last != step || interval.bytes < graph_.value(node.outputs[0]).desc.bytes()) return false;
  for (std::size_t other = 0; other < node.inputs.size(); ++other) {
    if (other == k || node.inputs[other] == no_value) continue;
    const Placement& place = placements_[at(node.inputs[other])];
    if (place.kind == Placement::Kind::arena && place.interval == input.interval) return false;
  }
  return true;
}

// Where output 0 of step `s` lies if it takes no memory of its own: at its place in a larger value, which may
// exist already; where the input is that it is a view of or may overwrite.
std::optional<Placement> Program::shared_place(std::size_t s) {
  const auto at = [](ValueId id) { return static_cast<std::size_t>(id); };
  const auto& [node, kernel] = steps_[s];
  const int step = static_cast<int>(s);
  if (const Slice& slice = slices_[at(node.outputs[0])]; slice.exists()) {
    const TensorDesc& whole = graph_.value(slice.whole).desc;
    Placement& place = placements_[at(slice.whole)];
    if (place.kind == Placement::Kind::unused) {
      intervals_.push_back({whole.bytes(), step, step});
      place = {Placement::Kind::arena, static_cast<int>(intervals_.size()) - 1, 0, {}};
    }
    const auto first = static_cast<std::size_t>(slice.first);
    return Placement{Placement::Kind::arena, place.interval, first * size_of(whole.dtype), {}};
  }
  if (kernel.is_view) return placements_[at(node.inputs[0])];
  if (kernel.may_overwrite && may_take_over(node, *kernel.may_overwrite, step))
    return placements_[at(node.inputs[*kernel.may_overwrite])];
  return std::nullopt;
}

// Gives every value an interval; slices of one value, views, and outputs that take over an input's memory
// share one.
void Program::share_memory() {
  placements_.resize(graph_.values.size());
  const std::vector<int> last = last_reads(graph_);
  const auto at = [](ValueId id) { return static_cast<std::size_t>(id); };
  const auto new_interval = [&](std::size_t bytes, int first, int end) {
    intervals_.push_back({bytes, first, end});
    return static_cast<int>(intervals_.size()) - 1;
  };
  for (std::size_t id = 0; id < graph_.values.size(); ++id) {
    if (graph_.values[id].constant) placements_[id].kind = Placement::Kind::constant;
  }
  for (ValueId id : graph_.inputs) {
    if (placements_[at(id)].kind != Placement::Kind::unused) continue;
    placements_[at(id)] = {Placement::Kind::arena,
                           new_interval(graph_.value(id).desc.bytes(), 0, std::max(0, last[at(id)])),
                           0,
                           {}};
  }
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    const auto& [node, kernel] = steps_[s];
    const int step = static_cast<int>(s);
    for (std::size_t k = 0; k < node.outputs.size(); ++k) {
      const ValueId out = node.outputs[k];
      if (out == no_value) continue;
      const int end = std::max(step, last[at(out)]);
      Placement& place = placements_[at(out)];
      if (k == 0 && place.kind == Placement::Kind::unused) place = shared_place(s).value_or(Placement{});
      if (place.kind == Placement::Kind::unused) {
        place = {Placement::Kind::arena, new_interval(graph_.value(out).desc.bytes(), step, end), 0, {}};
      } else if (place.kind == Placement::Kind::arena) {
        int& extended = intervals_[static_cast<std::size_t>(place.interval)].last;
        extended = std::max(extended, end);
      }
    }
    workspaces_.push_back(kernel.workspace_bytes == 0 ? -1
                                                      : new_interval(kernel.workspace_bytes, step, step));
  }
}

void Program::place_constants(WeightStore& weights) {
  std::vector<bool> bound(graph_.values.size(), false);
  for (const Step& step : steps_) {
    for (std::size_t k = 0; k < step.node.inputs.size(); ++k) {
      const ValueId id = step.node.inputs[k];
      if (id != no_value && !step.kernel.packs(k)) bound[static_cast<std::size_t>(id)] = true;
    }
  }
  for (ValueId id : graph_.outputs) bound[static_cast<std::size_t>(id)] = true;
  for (std::size_t id = 0; id < graph_.values.size(); ++id) {
    const auto& constant = graph_.values[id].constant;
    if (!constant || !bound[id]) continue;
    placements_[id].constant = weights.get(*constant, "as is", constant->desc().bytes(), [&](void* to) {
      std::memcpy(to, constant->data(), constant->desc().bytes());
    });
  }
}

}  // namespace yy
