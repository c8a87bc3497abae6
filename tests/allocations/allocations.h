// Counts what is allocated while counting is on, on every thread: this program's operator new and
// aligned_alloc are replaced by ones that look at their caller. What oneDNN asks for is told apart; libjpeg
// and libpng call malloc, which is not counted.
#pragma once

#include <cstdint>
#include <string>

namespace yy::test {

struct Allocations {
  std::uint64_t ours = 0;    // our code, or the standard library on its behalf
  std::uint64_t onednn = 0;  // oneDNN's own
  std::string traces;        // where the first few of ours came from
};

bool can_tell_onednn_apart();  // it is a shared library

void start_counting();  // from zero
Allocations stop_counting();

}  // namespace yy::test
