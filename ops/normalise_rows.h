// NormaliseRows (ours): picks 8-bit pictures by an index buffer and its count and makes of them what a
// network reads.
//
// pixels uint8, R,S,S,3 in memory: [R,S,S,3] row-major or [R,3,S,S] channels last; index int32 [N], count
// int32 [1], table float32 [3,256] -> float32 [N,3,S,S], channels last. Row i < count holds table[c][p] for
// the byte p of each pixel and channel c of picture index[i]; rows from count on are zeros. A count above N
// is N. The caller vouches for 0 <= index < R: the kernels do not check.
//
// Pictures travel and wait as bytes, a quarter of their floats. A byte has 256 values, so a table that holds
// (p - mean) / std in float32 gives to the last bit what image/preprocess.h's normalise() does.
#pragma once

#include "runtime/op.h"

namespace yy {

class NormaliseRows : public Op {
 public:
  std::string_view name() const override { return "NormaliseRows"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 4; }
  LayoutRule layout_rule() const override { return LayoutRule::channels_last; }
};

// Whether pixels lie in memory as the kernels read them. Shapes alone do not tell.
bool is_interleaved(const TensorDesc& pixels);

}  // namespace yy
