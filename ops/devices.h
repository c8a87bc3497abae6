// The devices that an operator in op_list.inc may promise.
#pragma once

namespace yy::devices {

inline constexpr unsigned FOLDED = 0;  // nowhere: the operator is computed while a graph is compiled
inline constexpr unsigned CPU = 1;
inline constexpr unsigned CUDA = 2;

}  // namespace yy::devices
