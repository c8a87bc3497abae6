// Everything that is wrong with one model, collected so that the user sees it at once: one line for each
// problem.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace yy {

class Problems {
 public:
  void add(std::string line);
  bool none() const { return count_ == 0; }

  // Throws Error (model) with one line for each problem, where there is any. The first hundred are kept.
  void throw_if_any() const;

 private:
  std::vector<std::string> lines_;
  std::size_t count_ = 0;
};

// "'a', 'b', 'c' and 7 more": the first ten names.
std::string name_list(std::span<const std::string> names);

}  // namespace yy
