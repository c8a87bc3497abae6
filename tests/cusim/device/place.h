// Where in a kernel's text something happens.
#pragma once

#include <source_location>

namespace yy::cusim {

using Place = std::source_location;

}  // namespace yy::cusim
