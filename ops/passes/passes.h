// The passes that turn a graph as it was loaded into one that a backend compiles. Each changes the graph in
// place and keeps what it computes; lower() runs them in order. All throw Error naming the node.
#pragma once

#include "runtime/backend.h"
#include "runtime/graph.h"

namespace yy {

// Infers the shape and type of every value whose inputs are typed, and computes what is constant with
// `evaluator`. Where `whole` is set, a value that stays without a type is an error (a graph input of unknown
// shape, usually). One Error lists every node that fails.
void propagate(Graph& graph, const Backend& evaluator, bool whole);

// Drops nodes without effect: Identity, Dropout, Pad by nothing, a Reshape or Transpose to the same.
void remove_no_ops(Graph& graph);

// Folds BatchNormalization into the convolution before it, where nobody else reads that one's result.
void fold_batch_norm(Graph& graph);

// Folds a Pad with zeros of the two spatial axes into the `pads` of the convolutions after it.
void fuse_pad(Graph& graph);

// Moves the addition of a residual and a pointwise function after a convolution into its epilogue, and a
// pointwise function after a Gemm likewise.
void fuse_epilogue(Graph& graph);

// Turns the float32 values between convolutions and matrix products into bfloat16, by the operators'
// precision rules, and inserts Cast nodes where the type changes. Graph inputs and outputs keep their types.
// Shape inference must not run afterwards: it knows float32 only.
void use_bfloat16(Graph& graph);

// Gives every rank-4 value the memory layout that its operators ask for and inserts Reorder nodes between.
// Graph outputs are row-major; graph inputs are what `inputs` says.
void assign_layouts(Graph& graph, Layout inputs);

}  // namespace yy
