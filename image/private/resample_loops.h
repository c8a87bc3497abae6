// The inner loops of the resize in vector instructions, one set per instruction set, all equal to the plain
// loops of resize.cpp to the last bit. Private to this folder.
//
// Sums are kept in 32 bits. A weight has too many bits for the instructions that multiply and add several
// pixels at once, so it is split into signed digits of 8 or 16 bits, and its products into as many sums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "image/resize.h"

namespace yy {

// A word holds the same digit of `taps` neighbouring weights, 32 / taps bits each. Words lie as
// [output][group of taps][digit].
struct WeightFormat {
  int taps = 0;
  int digits = 0;
};

// Rows that lie one behind the other, in memory of which `bytes` may be read.
struct RowsAcross {
  const uint8_t* from = nullptr;
  ptrdiff_t bytes = 0;
  ptrdiff_t row_bytes = 0;
  int rows = 0;
  int left = 0;                    // column of the picture that the rows begin with
  const int32_t* first = nullptr;  // of ResampleAxis
  const uint32_t* words = nullptr;
  int groups = 0;
  int outputs = 0;
  uint8_t* to = nullptr;  // rows x outputs x 3
};

struct ResampleLoops {
  const char* name;
  WeightFormat format;
  // Packs the weights of one output into words that are zero.
  void (*pack)(const int32_t* weights, int count, uint32_t* words);
  // Does the first rows and returns how many. The others have to be done without: windows are read in whole
  // vectors, and those of the last rows may end outside the memory.
  int (*across)(const RowsAcross& job);
  // The weighted sum of `count` rows. Returns whether it was done; narrow rows are not.
  bool (*down)(const uint8_t* rows, ptrdiff_t row_bytes, const uint32_t* words, int count, uint8_t* to);
};

extern const ResampleLoops avx2_resample_loops;
extern const ResampleLoops avx512_resample_loops;  // with VNNI, the byte products made for networks

// Those that this machine can run, the fastest first.
std::span<const ResampleLoops* const> runnable_resample_loops();

// resize() with these loops, with plain ones where null. A scratch serves one set of loops.
void resize_with(const ResampleLoops* loops, const Image& src, const Box& box, Interpolation how,
                 int out_width, int out_height, uint8_t* out, ResizeScratch& scratch);

}  // namespace yy
