// Which values may be written where they will be joined: as slices of the channels of a larger value.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/graph.h"

namespace yy {

// Where a value may lie within another one whose channels lie last.
struct Slice {
  ValueId whole = no_value;  // no_value: the value is none
  std::int64_t first = 0;    // its first channel in the whole

  bool exists() const { return whole != no_value; }
};

// Of every slice's first byte, and of the whole's pixels: what kernels that store several elements at once
// rely on.
inline constexpr std::size_t slice_alignment = 16;

// Slices share their whole's memory, which begins to be taken when the first of them is written.
//
// Per value of a lowered graph: the inputs of nodes that do nothing but join channels (Op::joined_axis), as
// far as that node is the only one to read them, a node's first output writes them, and they are aligned.
std::vector<Slice> find_slices(const Graph& graph);

}  // namespace yy
