#include "image/resize.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>

#include "image/private/resample_loops.h"
#include "runtime/error.h"

namespace yy {
namespace {

constexpr int channels = 3;
constexpr int32_t half = 1 << (resample_precision_bits - 1);

struct Spans {
  ResampleSpan across;
  ResampleSpan down;
};

uint8_t to_pixel(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> resample_precision_bits, 0, 255));
}

// Whether the output is a plain copy of part of the input.
bool is_crop(const Box& box, int out_width, int out_height) {
  return is_whole_pixels({0, box.x0, box.x1, out_width}) && is_whole_pixels({0, box.y0, box.y1, out_height});
}

void check_box(int width, int height, const Box& box, Interpolation how, int out_width, int out_height) {
  // Written so that NaN fails.
  const auto inside = [](float low, float high, int size) {
    return low >= 0 && low <= high && high <= static_cast<float>(size);
  };
  if (out_width < 1 || out_height < 1 || !inside(box.x0, box.x1, width) || !inside(box.y0, box.y1, height))
    throw Error(ErrorCode::image,
                fmt::format("cannot resize box ({}, {}, {}, {}) of a {} x {} picture to {} x {}", box.x0,
                            box.y0, box.x1, box.y1, width, height, out_width, out_height));
  if (how == Interpolation::none && !is_crop(box, out_width, out_height))
    throw Error(ErrorCode::image,
                fmt::format("without interpolation box ({}, {}, {}, {}) cannot become {} x {}", box.x0,
                            box.y0, box.x1, box.y1, out_width, out_height));
}

Spans spans_of(int width, int height, const Box& box, int out_width, int out_height) {
  return {{width, box.x0, box.x1, out_width}, {height, box.y0, box.y1, out_height}};
}

void require(const Image& src, const Rect& needed) {
  if (src.region.contains(needed)) return;
  throw Error(
      ErrorCode::image,
      fmt::format("resizing reads {} x {} pixels at ({}, {}), but only {} x {} at ({}, {}) are decoded",
                  needed.width, needed.height, needed.x, needed.y, src.region.width, src.region.height,
                  src.region.x, src.region.y));
}

void pack(const ResampleAxis& axis, const ResampleLoops& loops, PackedWeights& packed) {
  const int most = *std::max_element(axis.count.begin(), axis.count.end());
  packed.groups = (most + loops.format.taps - 1) / loops.format.taps;
  const auto words = static_cast<size_t>(packed.groups * loops.format.digits);
  packed.words.assign(axis.first.size() * words, 0);
  for (size_t i = 0; i < axis.first.size(); ++i)
    loops.pack(axis.weights.data() + i * static_cast<size_t>(axis.stride), axis.count[i],
               packed.words.data() + i * words);
}

void plan(const Spans& spans, Interpolation how, const ResampleLoops* loops, ResizeScratch& scratch) {
  const bool same_filter = scratch.planned == how;
  // Cleared first: if planning throws, the tables may be half written.
  scratch.planned = Interpolation::none;
  if (!same_filter || scratch.across_span != spans.across) {
    plan_resample(spans.across, how, scratch.across);
    if (loops != nullptr) pack(scratch.across, *loops, scratch.across_packed);
  }
  if (!same_filter || scratch.down_span != spans.down) {
    plan_resample(spans.down, how, scratch.down);
    if (loops != nullptr) pack(scratch.down, *loops, scratch.down_packed);
  }
  scratch.across_span = spans.across;
  scratch.down_span = spans.down;
  scratch.planned = how;
}

// One row across. `row` points at pixel 0 of the whole picture's row, which need not be in memory itself.
void resample_row(const uint8_t* row, ptrdiff_t row_x, const ResampleAxis& axis, uint8_t* out) {
  const size_t outputs = axis.first.size();
  for (size_t i = 0; i < outputs; ++i) {
    const uint8_t* from = row + (axis.first[i] - row_x) * channels;
    const int32_t* weights = axis.weights.data() + i * static_cast<size_t>(axis.stride);
    int32_t red = half;
    int32_t green = half;
    int32_t blue = half;
    for (int k = 0; k < axis.count[i]; ++k, from += channels) {
      red += from[0] * weights[k];
      green += from[1] * weights[k];
      blue += from[2] * weights[k];
    }
    out[0] = to_pixel(red);
    out[1] = to_pixel(green);
    out[2] = to_pixel(blue);
    out += channels;
  }
}

// Output row i as the weighted sum of input rows. Walks the row in pieces whose sums stay in registers or in
// the first cache.
void combine_rows(const uint8_t* rows, ptrdiff_t row_bytes, const int32_t* weights, int count, uint8_t* out) {
  constexpr ptrdiff_t piece = 64;
  ptrdiff_t at = 0;
  for (; at + piece <= row_bytes; at += piece) {
    std::array<int32_t, piece> sums;
    sums.fill(half);
    for (int k = 0; k < count; ++k) {
      const uint8_t* from = rows + k * row_bytes + at;
      for (size_t j = 0; j < piece; ++j) sums[j] += from[j] * weights[k];
    }
    for (size_t j = 0; j < piece; ++j) out[at + static_cast<ptrdiff_t>(j)] = to_pixel(sums[j]);
  }
  for (; at < row_bytes; ++at) {
    int32_t sum = half;
    for (int k = 0; k < count; ++k) sum += rows[k * row_bytes + at] * weights[k];
    out[at] = to_pixel(sum);
  }
}

void copy_rect(const Image& src, const Rect& part, uint8_t* out) {
  const size_t row_bytes = static_cast<size_t>(part.width) * channels;
  for (int y = part.y; y < part.bottom(); ++y, out += row_bytes)
    std::memcpy(out, src.row(y) + static_cast<ptrdiff_t>(part.x - src.region.x) * channels, row_bytes);
}

void pass_across(const ResampleLoops* loops, const Image& src, const Rect& reads,
                 const ResizeScratch& scratch, uint8_t* rows) {
  const auto outputs = static_cast<int>(scratch.across.first.size());
  int done = 0;
  if (loops != nullptr) {
    RowsAcross job;
    job.from = src.row(reads.y);
    job.row_bytes = static_cast<ptrdiff_t>(src.region.width) * channels;
    job.bytes = (src.region.bottom() - reads.y) * job.row_bytes;
    job.rows = reads.height;
    job.left = src.region.x;
    job.first = scratch.across.first.data();
    job.words = scratch.across_packed.words.data();
    job.groups = scratch.across_packed.groups;
    job.outputs = outputs;
    job.to = rows;
    done = loops->across(job);
  }
  for (int y = done; y < reads.height; ++y)
    resample_row(src.row(reads.y + y), src.region.x, scratch.across,
                 rows + static_cast<ptrdiff_t>(y) * outputs * channels);
}

// `rows` begins with row `top` of the picture.
void pass_down(const ResampleLoops* loops, const uint8_t* rows, int top, ptrdiff_t row_bytes,
               const ResizeScratch& scratch, uint8_t* out) {
  const ResampleAxis& axis = scratch.down;
  const PackedWeights& packed = scratch.down_packed;
  for (size_t i = 0; i < axis.first.size(); ++i, out += row_bytes) {
    const uint8_t* from = rows + (axis.first[i] - top) * row_bytes;
    if (loops != nullptr) {
      const auto words = i * static_cast<size_t>(packed.groups * loops->format.digits);
      if (loops->down(from, row_bytes, packed.words.data() + words, axis.count[i], out)) continue;
    }
    combine_rows(from, row_bytes, axis.weights.data() + i * static_cast<size_t>(axis.stride), axis.count[i],
                 out);
  }
}

}  // namespace

Rect resize_reads(int width, int height, const Box& box, Interpolation how, int out_width, int out_height) {
  check_box(width, height, box, how, out_width, out_height);
  if (is_crop(box, out_width, out_height))
    return {static_cast<int>(box.x0), static_cast<int>(box.y0), out_width, out_height};
  const Spans spans = spans_of(width, height, box, out_width, out_height);
  const ResampleRange columns = resample_range(spans.across, how);
  const ResampleRange rows = resample_range(spans.down, how);
  return {columns.begin, rows.begin, columns.end - columns.begin, rows.end - rows.begin};
}

void resize_with(const ResampleLoops* loops, const Image& src, const Box& box, Interpolation how,
                 int out_width, int out_height, uint8_t* out, ResizeScratch& scratch) {
  const Rect reads = resize_reads(src.width, src.height, box, how, out_width, out_height);
  require(src, reads);
  if (is_crop(box, out_width, out_height)) return copy_rect(src, reads, out);

  const Spans spans = spans_of(src.width, src.height, box, out_width, out_height);
  plan(spans, how, loops, scratch);
  const ptrdiff_t out_row = static_cast<ptrdiff_t>(out_width) * channels;
  const bool down = resample_needed(spans.down);
  // Without a pass down, rows go straight to the output; the table then names each row once.
  if (down) scratch.rows.resize(static_cast<size_t>(reads.height) * static_cast<size_t>(out_row));
  uint8_t* rows = down ? scratch.rows.data() : out;
  if (resample_needed(spans.across))
    pass_across(loops, src, reads, scratch, rows);
  else
    copy_rect(src, {0, reads.y, src.width, reads.height}, rows);
  if (down) pass_down(loops, rows, reads.y, out_row, scratch, out);
}

void resize(const Image& src, const Box& box, Interpolation how, int out_width, int out_height, uint8_t* out,
            ResizeScratch& scratch) {
  const auto loops = runnable_resample_loops();
  resize_with(loops.empty() ? nullptr : loops.front(), src, box, how, out_width, out_height, out, scratch);
}

std::span<const ResampleLoops* const> runnable_resample_loops() {
  static constexpr std::array all = {&avx512_resample_loops, &avx2_resample_loops};
  static const bool avx512 = __builtin_cpu_supports("avx512bw") != 0 &&
                             __builtin_cpu_supports("avx512vl") != 0 &&
                             __builtin_cpu_supports("avx512vnni") != 0;
  static const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  return std::span(all).subspan(avx512 ? 0 : avx2 ? 1 : 2);
}

}  // namespace yy
