// cuDNN without a GPU: the real library makes descriptors, checks them and plans, for a device that is only
// described; what needs a GPU (handles, execution) is replaced. Execution runs what the library was told,
// read from the calls that told it, as a plain loop on the simulated device's stream, and is strict about
// what the library's documentation asks of a variant pack.
#pragma once

#include <memory>
#include <string>

#include "cuda/private/libraries.h"

namespace yy::test {

// `device`: t4, a100 or h100 (tests/cuda/described). Null where cuDNN is not installed.
std::shared_ptr<const cuda::Libraries> libraries_with_stand_in(const std::string& device);

std::int64_t stand_in_executions();  // so far

}  // namespace yy::test
