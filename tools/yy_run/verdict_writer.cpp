#include "tools/yy_run/verdict_writer.h"

#include <algorithm>
#include <fmt/format.h>

namespace yy {
namespace {

constexpr std::chrono::seconds flush_every(1);  // so that FILE.part can be watched
constexpr const char* end_of_row = "\r\n";

bool is_later(const Verdict& a, const Verdict& b) {
  return a.ticket > b.ticket;
}

}  // namespace

void append_csv_field(std::string_view text, std::string& row) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    row += text;
    return;
  }
  row += '"';
  for (char c : text) {
    if (c == '"') row += '"';
    row += c;
  }
  row += '"';
}

VerdictWriter::VerdictWriter(VerdictContext context, OutputFile* csv, bool with_table)
    : context_(std::move(context)),
      csv_(csv),
      with_table_(with_table),
      table_({{"image"}, {"class"}, {"confidence", Table::Align::right}, {"answered by"}}),
      flushed_(std::chrono::steady_clock::now()) {
  if (csv_ == nullptr) return;
  std::string header = "image,label,predicted,class,confidence,stage,error";
  for (int k = 2; k <= context_.topk; ++k) header += fmt::format(",class_{},confidence_{}", k, k);
  if (context_.with_probability) header += ",probability";
  csv_->write(header + end_of_row);
  csv_->flush();
}

void VerdictWriter::add(Verdict&& verdict) {
  if (waiting_count_ == std::ssize(waiting_)) waiting_.emplace_back();
  std::swap(waiting_[static_cast<std::size_t>(waiting_count_++)], verdict);
  const auto first = waiting_.begin();
  std::push_heap(first, first + waiting_count_, is_later);
  while (waiting_count_ > 0 && first->ticket == next_) {
    std::pop_heap(first, first + waiting_count_--, is_later);
    write(first[waiting_count_]);
    ++next_;
  }
  if (csv_ != nullptr && std::chrono::steady_clock::now() - flushed_ > flush_every) {
    csv_->flush();
    flushed_ = std::chrono::steady_clock::now();
  }
}

void VerdictWriter::write(const Verdict& verdict) {
  if (csv_ != nullptr) write_csv(verdict);
  if (with_table_) tabulate(verdict);
}

void VerdictWriter::write_csv(const Verdict& verdict) {
  row_.clear();
  const auto to = std::back_inserter(row_);
  const auto append_class = [&](int label) {
    append_csv_field(context_.classes[static_cast<std::size_t>(label)].name, row_);
  };
  append_csv_field(context_.images.name(verdict.ticket), row_);
  row_ += ',';
  if (const int label = context_.labels[verdict.ticket]; label >= 0) fmt::format_to(to, "{}", label);
  if (verdict.error.empty()) {
    fmt::format_to(to, ",{},", verdict.label);
    append_class(verdict.label);
    fmt::format_to(to, ",{},{},", verdict.confidence, verdict.stage + 1);
  } else {
    row_ += ",,,,,";
    append_csv_field(verdict.error, row_);
  }
  for (std::size_t k = 1; k < static_cast<std::size_t>(context_.topk); ++k) {
    row_ += ',';
    if (k < verdict.top.size()) append_class(verdict.top[k].label);
    row_ += ',';
    if (k < verdict.top.size()) fmt::format_to(to, "{}", verdict.top[k].probability);
  }
  if (context_.with_probability) {
    row_ += ',';
    if (verdict.error.empty()) fmt::format_to(to, "{}", verdict.probability);
  }
  row_ += end_of_row;
  csv_->write(row_);
}

void VerdictWriter::tabulate(const Verdict& verdict) {
  const std::string& image = context_.images.name(verdict.ticket);
  if (!verdict.error.empty()) return table_.add({image, "error: " + verdict.error, "", ""});
  table_.add({image, context_.classes[static_cast<std::size_t>(verdict.label)].name,
              fmt::format("{:.4f}", verdict.confidence),
              context_.stages[static_cast<std::size_t>(verdict.stage)]});
}

}  // namespace yy
