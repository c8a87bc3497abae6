// Verdicts, in whatever order they become known -> rows in the order of the pictures: CSV (RFC 4180,
// docs/yy-run.md tells the columns) and, for few pictures, a table for people. Keeps a verdict only until
// those before it are there.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/report/table.h"
#include "tools/yy_run/image_sources.h"
#include "tools/yy_run/output_file.h"
#include "yy/cascade.h"
#include "yy/model_card.h"

namespace yy {

// Appends a field as RFC 4180 wants it: in quotes where it holds a comma, a quote or a line break.
void append_csv_field(std::string_view text, std::string& row);

struct VerdictContext {
  const ImageList& images;
  const std::vector<int>& labels;  // per picture, -1 where it has none
  const std::vector<ClassName>& classes;
  std::vector<std::string> stages;  // the networks' names
  int topk = 1;
  bool with_probability = false;  // a last column: how likely the answer is right
};

class VerdictWriter {
 public:
  // `csv` may be null. The header row is written at once.
  VerdictWriter(VerdictContext context, OutputFile* csv, bool with_table);

  void add(Verdict&& verdict);                  // the verdict of ticket i is row i; each ticket once
  std::uint64_t rows() const { return next_; }  // written so far
  std::string table() const { return table_.text(); }

 private:
  void write(const Verdict& verdict);
  void write_csv(const Verdict& verdict);
  void tabulate(const Verdict& verdict);

  VerdictContext context_;
  OutputFile* csv_;
  bool with_table_;
  Table table_;
  std::vector<Verdict> waiting_;      // a heap, then those that are written, whose memory is used again
  std::ptrdiff_t waiting_count_ = 0;  // in the heap
  std::string row_;                   // of the CSV
  std::uint64_t next_ = 0;
  std::chrono::steady_clock::time_point flushed_;
};

}  // namespace yy
