#include "runtime/problems.h"

#include <algorithm>
#include <fmt/format.h>

#include "runtime/error.h"
#include "runtime/printable.h"

namespace yy {
namespace {

constexpr std::size_t most_lines = 100;
constexpr std::size_t most_names = 10;

}  // namespace

void Problems::add(std::string line) {
  if (++count_ <= most_lines) lines_.push_back(std::move(line));
}

void Problems::throw_if_any() const {
  if (none()) return;
  if (count_ == 1) throw Error(ErrorCode::model, lines_[0]);
  std::string text = fmt::format("{} problems", count_);
  for (const std::string& line : lines_) text.append("\n  ").append(line);
  if (count_ > lines_.size()) text += fmt::format("\n  and {} more", count_ - lines_.size());
  throw Error(ErrorCode::model, text);
}

std::string name_list(std::span<const std::string> names) {
  std::string result;
  for (const std::string& name : names.first(std::min(names.size(), most_names))) {
    if (!result.empty()) result += ", ";
    result += in_quotes(name);
  }
  if (names.size() > most_names) result += fmt::format(" and {} more", names.size() - most_names);
  return result;
}

}  // namespace yy
