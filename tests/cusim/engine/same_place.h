// Whether two calls stand at the same place in the program's text. Instantiations of a template do.
#pragma once

#include <cstring>

#include "tests/cusim/device/place.h"

namespace yy::cusim {

inline bool same_place(Place a, Place b) {
  return a.line() == b.line() && a.column() == b.column() &&
         (a.file_name() == b.file_name() || std::strcmp(a.file_name(), b.file_name()) == 0);
}

}  // namespace yy::cusim
