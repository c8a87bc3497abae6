// Everything that is wrong with one model, collected so that the user sees it at once; and how text from a
// file is put into messages.
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

// Well-formed UTF-8 without control characters: fit for messages, terminals and JSON.
bool is_printable(std::string_view text);

// `text` with every other byte written as \xNN, and cut when very long.
std::string printable(std::string_view text, std::size_t most_bytes = 200);
std::string in_quotes(std::string_view text);  // the same in quotes

// "'a', 'b', 'c' and 7 more": the first ten names.
std::string name_list(std::span<const std::string> names);

}  // namespace yy
