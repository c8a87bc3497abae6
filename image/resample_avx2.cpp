// Compiled for AVX2. Two weights to a word, in 16 bits each: pmaddwd multiplies and adds pairs.
#include "image/private/resample_simd.h"

namespace yy {
namespace {

struct Avx2 {
  using Words [[gnu::vector_size(32)]] = uint32_t;
  static constexpr WeightFormat format{.taps = 2, .digits = 2};
  static constexpr int rows = 2;

  static __m256i load(const uint8_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  static __m256i load_rows(const uint8_t* from, ptrdiff_t row_bytes) {
    return _mm256_loadu2_m128i(reinterpret_cast<const __m128i*>(from + row_bytes),
                               reinterpret_cast<const __m128i*>(from));
  }
  static Words by_channel(__m256i pixels) {
    const __m128i order = _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
    return Words(_mm256_shuffle_epi8(pixels, _mm256_broadcastsi128_si256(order)));
  }
  static Words add_products(Words sum, Words pixels, uint32_t weights) {
    return sum + Words(_mm256_madd_epi16(__m256i(pixels), _mm256_set1_epi32(static_cast<int>(weights))));
  }
  template <class Row>
  static void interleave(Row row, Words* taps) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i a = load(row(0)), b = load(row(1));
    const __m256i low = _mm256_unpacklo_epi8(a, b), high = _mm256_unpackhi_epi8(a, b);
    taps[0] = Words(_mm256_unpacklo_epi8(low, zero));
    taps[1] = Words(_mm256_unpackhi_epi8(low, zero));
    taps[2] = Words(_mm256_unpacklo_epi8(high, zero));
    taps[3] = Words(_mm256_unpackhi_epi8(high, zero));
  }
  static __m256i to_bytes(const Words* pixels) {
    return _mm256_packus_epi16(_mm256_packs_epi32(__m256i(pixels[0]), __m256i(pixels[1])),
                               _mm256_packs_epi32(__m256i(pixels[2]), __m256i(pixels[3])));
  }
  static void store(__m256i bytes, uint8_t* to) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
  }
  static void store_rows(__m256i pixels, uint8_t* to, ptrdiff_t row_bytes) {
    const __m128i order = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
    const __m256i packed = _mm256_shuffle_epi8(pixels, _mm256_broadcastsi128_si256(order));
    store_pixels(_mm256_castsi256_si128(packed), to);
    store_pixels(_mm256_extracti128_si256(packed, 1), to + row_bytes);
  }
};

}  // namespace

const ResampleLoops avx2_resample_loops{"avx2", Avx2::format, pack<Avx2>, across<Avx2>, down<Avx2>};

}  // namespace yy
