#include "tools/yy_run/verdict_writer.h"

#include <algorithm>
#include <fmt/format.h>

namespace yy {
namespace {

constexpr std::chrono::seconds flush_every(1);  // so that FILE.part can be watched
constexpr const char* end_of_row = "\r\n";

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
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
  csv_->write(header + end_of_row);
  csv_->flush();
}

void VerdictWriter::add(Verdict&& verdict) {
  waiting_.emplace(verdict.ticket, std::move(verdict));
  while (!waiting_.empty() && waiting_.begin()->first == next_) {
    write(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
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
  std::string row = csv_field(context_.images.name(verdict.ticket)) + ",";
  if (const int label = context_.labels[verdict.ticket]; label >= 0) row += std::to_string(label);
  const auto class_name = [&](int label) {
    return csv_field(context_.classes[static_cast<std::size_t>(label)].name);
  };
  if (verdict.error.empty()) {
    row += fmt::format(",{},{},{},{},", verdict.label, class_name(verdict.label), verdict.confidence,
                       verdict.stage + 1);
  } else {
    row += ",,,,," + csv_field(verdict.error);
  }
  for (std::size_t k = 1; k < static_cast<std::size_t>(context_.topk); ++k) {
    row += k < verdict.top.size()
               ? fmt::format(",{},{}", class_name(verdict.top[k].label), verdict.top[k].probability)
               : ",,";
  }
  csv_->write(row + end_of_row);
}

void VerdictWriter::tabulate(const Verdict& verdict) {
  const std::string& image = context_.images.name(verdict.ticket);
  if (!verdict.error.empty()) return table_.add({image, "error: " + verdict.error, "", ""});
  table_.add({image, context_.classes[static_cast<std::size_t>(verdict.label)].name,
              fmt::format("{:.4f}", verdict.confidence),
              context_.stages[static_cast<std::size_t>(verdict.stage)]});
}

}  // namespace yy
