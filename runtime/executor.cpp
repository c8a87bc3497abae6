#include "runtime/executor.h"

#include <fmt/format.h>

#include "runtime/error.h"

namespace yy {

Executor::Executor(std::shared_ptr<const Program> program, Buffer arena)
    : program_(std::move(program)), arena_(std::move(arena)) {
  const Graph& graph = program_->graph();
  const MemoryPlan& memory = program_->memory();
  if (arena_.bytes < memory.arena_bytes) {
    throw Error(ErrorCode::failure, fmt::format("executor of '{}' needs an arena of {} bytes, was given {}",
                                                graph.name, memory.arena_bytes, arena_.bytes));
  }
  const auto in_arena = [&](int interval) {
    return static_cast<std::byte*>(arena_.data()) + memory.offsets[static_cast<std::size_t>(interval)];
  };
  const auto view = [&](ValueId id) -> TensorView {
    if (id == no_value) return {};
    const Placement& place = program_->placements()[static_cast<std::size_t>(id)];
    const TensorDesc& desc = graph.value(id).desc;
    if (place.kind == Placement::Kind::arena) return {desc, in_arena(place.interval) + place.offset};
    return {desc, place.constant.data()};
  };
  for (ValueId id : graph.inputs) inputs_.push_back(view(id));
  for (ValueId id : graph.outputs) outputs_.push_back(view(id));
  for (std::size_t s = 0; s < program_->steps().size(); ++s) {
    const auto& [node, kernel] = program_->steps()[s];
    if (kernel.is_view) continue;
    Binding binding;
    for (ValueId id : node.inputs) binding.inputs.push_back(view(id));
    for (ValueId id : node.outputs) binding.outputs.push_back(view(id));
    const int workspace = program_->workspace_intervals()[s];
    binding.workspace = workspace < 0 ? nullptr : in_arena(workspace);
    launches_.push_back(kernel.bind(binding));
    launches_.back().name = fmt::format("{}, {}", node.label(), kernel.implementation);
  }
}

}  // namespace yy
