// GatherRows and ScatterRows (ours): move whole rows (axis 0) by an index buffer and its count. Any element
// type.
//
// GatherRows:  rows [R,...], index int32 [N], count int32 [1] -> gathered [N,...]; row i is rows[index[i]], i
// < count. ScatterRows: rows [N,...], index int32 [N], count int32 [1], into [R,...] -> into with
// into[index[i]] = rows[i]. Rows of the output that no index reaches are left as they were; ScatterRows'
// output takes over `into`'s memory where it may. The caller vouches for 0 <= index < R: the kernels do not
// check.
#pragma once

#include "runtime/op.h"

namespace yy {

class Rows : public Op {
 public:
  enum class Kind { gather, scatter };

  explicit Rows(Kind kind) : kind_(kind) {}

  std::string_view name() const override { return kind_ == Kind::gather ? "GatherRows" : "ScatterRows"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return kind_ == Kind::scatter ? 4 : 3; }
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

}  // namespace yy
