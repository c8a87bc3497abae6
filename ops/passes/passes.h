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

// Drops nodes without effect: Identity, Dropout, Pad by nothing, Cast to the same type, a Reshape or
// Transpose to the same, a pool of one element, Concat of one.
void remove_no_ops(Graph& graph);

// Writes Sum of two as Add and the mean over all pixels as GlobalAveragePool, which later passes look for.
void replace_spellings(Graph& graph);

// Moves Transposes behind pointwise operators, so that those which undo each other meet and vanish.
void cancel_transposes(Graph& graph);

// Folds BatchNormalization, and additions and products with a constant per channel, into the layer before it
// (Conv, Gemm, MatMul), where nobody else reads that one's result.
void fold_batch_norm(Graph& graph);

// Each puts one operator in the place of a formula that exporters write out.
void recognise_hard_swish(Graph& graph);  // HardSigmoid, HardSwish
void recognise_swish(Graph& graph);       // Swish; HardSwish made of HardSigmoid
void recognise_gelu(Graph& graph);        // Gelu
void recognise_layer_norm(Graph& graph);  // LayerNormalization over the last axis

// Folds a Pad with zeros of the two spatial axes into the `pads` of the convolutions and average pools after
// it.
void fuse_pad(Graph& graph);

// Moves the addition of a residual and a pointwise function after a convolution into its epilogue, and a
// pointwise function after a Gemm, MatMul or BatchNormalization likewise.
void fuse_epilogue(Graph& graph);

// Puts SqueezeExcite in the place of a global average, two layers on it, and the product with what was
// averaged. After fuse_epilogue.
void fuse_squeeze_excite(Graph& graph);

// Puts one ChannelMap in the place of Concat, Split, Slice and channel shuffles that feed each other. One of
// them alone stays, but for a shuffle. May change the order of nodes.
void map_channels(Graph& graph);

// Lets BatchNormalizations read the parts of a Concat of channels that nothing else reads. After
// map_channels and fuse_epilogue.
void fuse_concat(Graph& graph);

// Turns the float32 values between convolutions and matrix products into `narrow`, bfloat16 or float16, by
// the operators' precision rules, and inserts Cast nodes where the type changes. Graph inputs and outputs
// keep their types. Shape inference must not run afterwards: it knows float32 only.
void narrow_values(Graph& graph, DType narrow);

// Gives every rank-4 value the memory layout that its operators ask for and inserts Reorder nodes between.
// Graph outputs are row-major; graph inputs are what `inputs` says.
void assign_layouts(Graph& graph, Layout inputs);

}  // namespace yy
