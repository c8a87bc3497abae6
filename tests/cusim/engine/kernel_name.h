// What kernels are called in their text.
#pragma once

#include <string>

#include "tests/cusim/device/launch.h"

namespace yy::cusim {

// "shift<true>"; the line of the launch, "conv.cu:52", where the program has no symbols.
const std::string& kernel_name(const LaunchShape& shape);

}  // namespace yy::cusim
