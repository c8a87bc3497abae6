// Text for people: a table with aligned columns, and numbers with commas.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yy {

std::string with_commas(std::uint64_t number);  // 1,234,567

class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<std::string> cells);  // as many as there are columns
  bool empty() const { return rows_.empty(); }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }
  std::string text() const;  // a line of titles and one per row, each ended by a newline

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace yy
