// Everything that is wrong with one model, collected so that the user sees it at once.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yy {

class Problems {
 public:
  void add(std::string line);
  bool none() const { return count_ == 0; }

  // Throws Error (model) with one line for each problem, where there is any. The first hundred are kept.
  void throw_if_any(const std::string& file) const;

 private:
  std::vector<std::string> lines_;
  std::size_t count_ = 0;
};

std::string in_quotes(std::string_view text);  // printable(text) in quotes

// "'a', 'b', 'c' and 7 more": the first ten names.
std::string name_list(std::span<const std::string> names);

}  // namespace yy
