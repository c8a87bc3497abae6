// Select (ours): which rows of a batch are deferred.
//
// confidence float32 [N], threshold float32 [1], valid int32 [1] -> index int32 [N], count int32 [1]. Of the
// first `valid` rows, those that do not satisfy confidence > threshold are deferred (so NaN is); their
// numbers stand, in rising order, in the first `count` elements of index. The rest of index is left as it
// was.
#pragma once

#include "runtime/op.h"

namespace yy {

class Select : public Op {
 public:
  std::string_view name() const override { return "Select"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 3; }
};

}  // namespace yy
