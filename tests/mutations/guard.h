// Watches over one piece of work at a time: where the process dies in it, or does not come back, a line is
// printed that says how to do it again.
#pragma once

#include <cstddef>
#include <string>

namespace yy::test {

// Bounds what the process may allocate from now on, in bytes; nothing can be bounded this way under
// AddressSanitizer, which bounds a single allocation instead.
void limit_memory(std::size_t bytes);

class Guard {
 public:
  // `line` is printed when the process dies before this object does, or `seconds` have passed; it then ends.
  Guard(const std::string& line, unsigned seconds);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
};

}  // namespace yy::test
