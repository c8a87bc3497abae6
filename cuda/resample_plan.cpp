#include "cuda/private/resample_plan.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "runtime/error.h"

namespace yy::cuda {
namespace {

constexpr int largest_size = 16384;
constexpr std::size_t most_kept = 1 << 20;    // words of tables, 4 MiB
constexpr std::size_t most_pictures = 65535;  // of a launch

// Every pixel once, as it is: (2^21 + pixel * 2^22) >> 22 is the pixel.
void plan_copy(const ResampleSpan& span, ResampleAxis& axis) {
  const auto outputs = static_cast<std::size_t>(span.output_size);
  axis.stride = 1;
  axis.first.resize(outputs);
  axis.count.assign(outputs, 1);
  axis.weights.assign(outputs, 1 << resample_precision_bits);
  for (std::size_t i = 0; i < outputs; ++i) axis.first[i] = static_cast<int>(span.low) + static_cast<int>(i);
}

std::vector<std::int32_t> words_of(const ResampleAxis& axis) {
  std::vector<std::int32_t> words = axis.first;
  words.insert(words.end(), axis.count.begin(), axis.count.end());
  const int taps = *std::max_element(axis.count.begin(), axis.count.end());
  for (std::size_t k = 0; k < static_cast<std::size_t>(taps); ++k) {
    for (std::size_t i = 0; i < axis.first.size(); ++i) {
      words.push_back(axis.weights[i * static_cast<std::size_t>(axis.stride) + k]);
    }
  }
  return words;
}

ResampleRange reads_of(const ResampleAxis& axis) {
  ResampleRange range{axis.first.front(), axis.first.front()};
  for (std::size_t i = 0; i < axis.first.size(); ++i) {
    range.begin = std::min(range.begin, axis.first[i]);
    range.end = std::max(range.end, axis.first[i] + axis.count[i]);
  }
  return range;
}

void check(const ResampleCrop& crop, const ResampleRange& columns, const ResampleRange& rows) {
  const bool held = columns.begin >= crop.x && columns.end <= crop.x + crop.width && rows.begin >= crop.y &&
                    rows.end <= crop.y + crop.height;
  if (held) return;
  throw Error(ErrorCode::image,
              fmt::format("resizing reads {} x {} pixels at ({}, {}), but only {} x {} at ({}, {}) are there",
                          columns.end - columns.begin, rows.end - rows.begin, columns.begin, rows.begin,
                          crop.width, crop.height, crop.x, crop.y));
}

void check(const ResampleSpan& span, int size, Interpolation how) {
  // Written so that NaN fails.
  const bool inside =
      span.low >= 0 && span.low <= span.high && span.high <= static_cast<float>(span.input_size);
  if (!inside || span.output_size != size || (how == Interpolation::none && !is_whole_pixels(span))) {
    throw Error(
        ErrorCode::image,
        fmt::format("cannot resize {} to {} of {} pixels to {}, expected a stretch inside that becomes {}{}",
                    span.low, span.high, span.input_size, span.output_size, size,
                    how == Interpolation::none ? " without interpolation" : ""));
  }
}

}  // namespace

ResamplePlan::ResamplePlan(int size) : size_(size) {
  if (size >= 1 && size <= largest_size) return;
  throw Error(ErrorCode::image,
              fmt::format("pictures should become 1 to {} pixels wide, found {}", largest_size, size));
}

void ResamplePlan::clear() {
  jobs_.clear();
  between_ = 0;
  most_rows_ = 0;
  words_ = 0;
  for (Table* table : used_) table->at = -1;
  used_.clear();
  std::size_t kept = 0;
  for (const auto& [key, table] : tables_) kept += table.words.size();
  if (kept > most_kept) tables_.clear();
}

const ResamplePlan::Table& ResamplePlan::table_of(const ResampleSpan& span, Interpolation how) {
  const Key key{span.input_size, span.low, span.high, span.output_size, how};
  auto found = tables_.find(key);
  if (found == tables_.end()) {
    how == Interpolation::none ? plan_copy(span, axis_) : plan_resample(span, how, axis_);
    found = tables_.emplace(key, Table{words_of(axis_), reads_of(axis_)}).first;
  }
  Table& table = found->second;
  if (table.at < 0) {
    table.at = static_cast<std::int32_t>(words_);
    words_ += table.words.size();
    used_.push_back(&table);
  }
  return table;
}

void ResamplePlan::add(const ResampleCrop& crop, const ResampleSpan& across, const ResampleSpan& down,
                       Interpolation how) {
  check(across, size_, how);
  check(down, size_, how);
  if (jobs_.size() == most_pictures) {
    throw Error(ErrorCode::image, fmt::format("a batch has at most {} pictures", most_pictures));
  }
  const bool copies = is_whole_pixels(across) && is_whole_pixels(down);
  const auto filter = [&](const ResampleSpan& span) {
    return copies || !resample_needed(span) ? Interpolation::none : how;
  };
  const Table& columns = table_of(across, filter(across));
  const Table& rows = table_of(down, filter(down));
  check(crop, columns.reads, rows.reads);

  ResampleJob job;
  job.pixels = crop.offset;
  job.between = between_;
  job.row_bytes = crop.width * 3;
  job.left = crop.x;
  job.top = crop.y;
  job.first_row = rows.reads.begin;
  job.rows = rows.reads.end - rows.reads.begin;
  job.across = columns.at;
  job.down = rows.at;
  between_ += std::int64_t{job.rows} * resample_row_bytes(size_);
  most_rows_ = std::max(most_rows_, static_cast<int>(job.rows));
  jobs_.push_back(job);
}

void ResamplePlan::write(void* to) const {
  auto* at = static_cast<std::byte*>(to);
  const auto append = [&](const auto& values) {
    const std::size_t bytes = values.size() * sizeof(values[0]);
    if (bytes > 0) std::memcpy(at, values.data(), bytes);
    at += bytes;
  };
  append(jobs_);
  for (const Table* table : used_) append(table->words);
}

ResampleBatch ResamplePlan::batch(const void* uploaded, const void* pixels, void* between) const {
  ResampleBatch batch;
  batch.jobs = static_cast<const ResampleJob*>(uploaded);
  batch.tables = reinterpret_cast<const std::int32_t*>(batch.jobs + jobs_.size());
  batch.pixels = static_cast<const std::uint8_t*>(pixels);
  batch.between = static_cast<std::uint8_t*>(between);
  batch.pictures = static_cast<int>(jobs_.size());
  batch.most_rows = most_rows_;
  batch.size = size_;
  return batch;
}

}  // namespace yy::cuda
