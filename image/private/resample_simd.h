// The loops of resample_loops.h, written once for all vector widths. Private to this folder.
//
// Included by files that are compiled for one instruction set, which `Isa` describes. Nothing here may use
// functions of other headers that are not forced inline: the linker could keep this file's copy for
// everybody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <immintrin.h>

#include "image/private/resample_loops.h"

namespace yy {

// The last step reaches back over the one before rather than past the end.
template <class Integer>
[[gnu::always_inline]] inline Integer step_at(Integer at, Integer step, Integer end) {
  return at + step <= end ? at : end - step;
}

// A digit's sign takes away from the next one what the digit has too much. With `bias` added no digit has a
// sign, and flipping the same bits gives it back.
template <class Isa>
void pack(const int32_t* weights, int count, uint32_t* words) {
  constexpr WeightFormat format = Isa::format;
  constexpr int bits = 32 / format.taps;
  constexpr uint32_t mask = (1U << bits) - 1;
  constexpr uint32_t bias = format.taps == 4 ? 0x808080 : 0x8000;
  for (int k = 0; k < count; ++k) {
    const uint32_t digits = (static_cast<uint32_t>(weights[k]) + bias) ^ bias;
    for (int d = 0; d < format.digits; ++d)
      words[k / format.taps * format.digits + d] |= ((digits >> (d * bits)) & mask)
                                                    << (k % format.taps * bits);
  }
}

template <class Isa>
[[gnu::always_inline]] inline typename Isa::Words pixels_of(const typename Isa::Words* sums) {
  typename Isa::Words sum = sums[0] + (1U << (resample_precision_bits - 1));
  for (int d = 1; d < Isa::format.digits; ++d) sum += sums[d] << (d * (32 / Isa::format.taps));
  using Signed [[gnu::vector_size(sizeof sum)]] = int32_t;
  return typename Isa::Words(Signed(sum) >> resample_precision_bits);
}

// One output pixel of each of Isa::rows rows: words of red, green, blue and nothing.
template <class Isa, int known_groups>
[[gnu::always_inline]] inline typename Isa::Words window_across(const RowsAcross& job, const uint8_t* from,
                                                                int output) {
  constexpr WeightFormat format = Isa::format;
  const int groups = known_groups != 0 ? known_groups : job.groups;
  from += static_cast<ptrdiff_t>(job.first[output] - job.left) * 3;
  const uint32_t* words = job.words + static_cast<ptrdiff_t>(output) * groups * format.digits;
  typename Isa::Words sums[format.digits] = {};
  for (int g = 0; g < groups; ++g, from += format.taps * 3, words += format.digits) {
    const auto pixels = Isa::by_channel(Isa::load_rows(from, job.row_bytes));
    for (int d = 0; d < format.digits; ++d) sums[d] = Isa::add_products(sums[d], pixels, words[d]);
  }
  return pixels_of<Isa>(sums);
}

inline constexpr int outputs_at_once = 4;

template <class Isa, int known_groups>
void rows_across(const RowsAcross& job, int rows) {
  const ptrdiff_t out_bytes = static_cast<ptrdiff_t>(job.outputs) * 3;
  for (int y = 0; y < rows; y += Isa::rows) {
    const int row = step_at(y, Isa::rows, rows);
    const uint8_t* from = job.from + row * job.row_bytes;
    uint8_t* to = job.to + row * out_bytes;
    for (int i = 0; i < job.outputs; i += outputs_at_once) {
      const int output = step_at(i, outputs_at_once, job.outputs);
      typename Isa::Words pixels[outputs_at_once];
      for (int j = 0; j < outputs_at_once; ++j)
        pixels[j] = window_across<Isa, known_groups>(job, from, output + j);
      Isa::store_rows(Isa::to_bytes(pixels), to + static_cast<ptrdiff_t>(output) * 3, out_bytes);
    }
  }
}

template <class Isa>
int across(const RowsAcross& job) {
  constexpr int load_bytes = 16;
  const int last_first = job.first[job.outputs - 1] - job.left;
  const ptrdiff_t reach =
      (last_first + static_cast<ptrdiff_t>(job.groups - 1) * Isa::format.taps) * 3 + load_bytes;
  if (job.bytes < reach) return 0;
  const ptrdiff_t readable = (job.bytes - reach) / job.row_bytes + 1;
  const int rows = readable < job.rows ? static_cast<int>(readable) : job.rows;
  if (rows < Isa::rows || job.outputs < outputs_at_once) return 0;
  switch (job.groups) {
    case 1:
      rows_across<Isa, 1>(job, rows);
      break;
    case 2:
      rows_across<Isa, 2>(job, rows);
      break;
    case 3:
      rows_across<Isa, 3>(job, rows);
      break;
    default:
      rows_across<Isa, 0>(job, rows);
  }
  return rows;
}

template <class Isa>
bool down(const uint8_t* rows, ptrdiff_t row_bytes, const uint32_t* words, int count, uint8_t* to) {
  constexpr WeightFormat format = Isa::format;
  constexpr ptrdiff_t step = sizeof(typename Isa::Words);
  if (row_bytes < step) return false;
  for (ptrdiff_t i = 0; i < row_bytes; i += step) {
    const ptrdiff_t at = step_at(i, step, row_bytes);
    typename Isa::Words sums[4][format.digits] = {};
    const uint32_t* digits = words;
    for (int k = 0; k < count; k += format.taps, digits += format.digits) {
      typename Isa::Words taps[4];
      // Behind the last row weights are zero, and any row will do.
      Isa::interleave([&](int t) { return rows + (k + t < count ? k + t : k) * row_bytes + at; }, taps);
      for (int d = 0; d < format.digits; ++d)
        for (int j = 0; j < 4; ++j) sums[j][d] = Isa::add_products(sums[j][d], taps[j], digits[d]);
    }
    typename Isa::Words pixels[4];
    for (int j = 0; j < 4; ++j) pixels[j] = pixels_of<Isa>(sums[j]);
    Isa::store(Isa::to_bytes(pixels), to + at);
  }
  return true;
}

// The first 12 bytes.
[[gnu::always_inline]] inline void store_pixels(__m128i bytes, uint8_t* to) {
  _mm_storeu_si64(to, bytes);
  _mm_storeu_si32(to + 8, _mm_srli_si128(bytes, 8));
}

}  // namespace yy
