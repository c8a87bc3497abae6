// From a loaded graph to one that a backend can compile for one batch size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/backend.h"
#include "runtime/graph.h"

namespace yy {

// Told of each pass after it ran: its name, and how many nodes the graph had before it.
using PassObserver = std::function<void(std::string_view pass, std::size_t nodes_before, const Graph& after)>;
// `tensors` hold an element for each graph input. Inputs that a node has to know while it is compiled
// (Op::needs_constant), such as the shape that a Reshape reads, become constants; the others stay, and with
// them their tensors.
void bind_compile_time_inputs(Graph& graph, std::vector<Tensor>& tensors);

// The part of the work that does not depend on the batch size; done once per network, so that all batch sizes
// share the same constants (and so the same packed weights).
void simplify(Graph& graph, const Backend& evaluator, const PassObserver& observer = {});

// The first dimension of the first input, where the model leaves that of no input open.
std::optional<std::int64_t> fixed_batch(const Graph& graph);

// Unknown first dimensions of graph inputs become `batch`. Throws Error where the batch is fixed to something
// else.
void set_batch(Graph& graph, std::int64_t batch);

// Gives the graph's inputs the shapes `shapes`, in order. Throws Error that names the input and the dimension
// where one is not known, or not what the model fixes.
void set_shapes(Graph& graph, std::span<const Shape> shapes);

// Types and lays out every value; rank-4 graph inputs are expected in `input_layout`. Throws Error where a
// dimension of an input is still unknown, and what the passes throw.
void lower(Graph& graph, const Backend& evaluator, Layout input_layout, Precision precision,
           const PassObserver& observer = {});

}  // namespace yy
