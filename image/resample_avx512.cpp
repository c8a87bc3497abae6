// Compiled for AVX-512 with VNNI. Four weights to a word, in a byte each: vpdpbusd multiplies and adds four
// pixels.
#include "image/private/resample_simd.h"

namespace yy {
namespace {

struct Avx512 {
  using Words [[gnu::vector_size(64)]] = uint32_t;
  // Enough for weights below 2 in magnitude; the cubic's largest is 1.125, on an edge.
  static constexpr WeightFormat format{.taps = 4, .digits = 3};
  static constexpr int rows = 4;

  static __m512i load(const uint8_t* from) { return _mm512_loadu_si512(from); }
  static __m128i load_16(const uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  }
  static __m512i load_rows(const uint8_t* from, ptrdiff_t row_bytes) {
    __m512i four = _mm512_castsi128_si512(load_16(from));
    four = _mm512_inserti32x4(four, load_16(from + row_bytes), 1);
    four = _mm512_inserti32x4(four, load_16(from + 2 * row_bytes), 2);
    return _mm512_inserti32x4(four, load_16(from + 3 * row_bytes), 3);
  }
  static Words by_channel(__m512i pixels) {
    const __m128i order = _mm_setr_epi8(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, -1, -1, -1, -1);
    return Words(_mm512_shuffle_epi8(pixels, _mm512_broadcast_i32x4(order)));
  }
  static Words add_products(Words sum, Words pixels, uint32_t weights) {
    return Words(
        _mm512_dpbusd_epi32(__m512i(sum), __m512i(pixels), _mm512_set1_epi32(static_cast<int>(weights))));
  }
  template <class Row>
  static void interleave(Row row, Words* taps) {
    const __m512i a = load(row(0)), b = load(row(1)), c = load(row(2)), d = load(row(3));
    const __m512i ab_low = _mm512_unpacklo_epi8(a, b), ab_high = _mm512_unpackhi_epi8(a, b);
    const __m512i cd_low = _mm512_unpacklo_epi8(c, d), cd_high = _mm512_unpackhi_epi8(c, d);
    taps[0] = Words(_mm512_unpacklo_epi16(ab_low, cd_low));
    taps[1] = Words(_mm512_unpackhi_epi16(ab_low, cd_low));
    taps[2] = Words(_mm512_unpacklo_epi16(ab_high, cd_high));
    taps[3] = Words(_mm512_unpackhi_epi16(ab_high, cd_high));
  }
  static __m512i to_bytes(const Words* pixels) {
    return _mm512_packus_epi16(_mm512_packs_epi32(__m512i(pixels[0]), __m512i(pixels[1])),
                               _mm512_packs_epi32(__m512i(pixels[2]), __m512i(pixels[3])));
  }
  static void store(__m512i bytes, uint8_t* to) { _mm512_storeu_si512(to, bytes); }
  static void store_rows(__m512i pixels, uint8_t* to, ptrdiff_t row_bytes) {
    const __m128i order = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
    const __m512i packed = _mm512_shuffle_epi8(pixels, _mm512_broadcast_i32x4(order));
    store_pixels(_mm512_castsi512_si128(packed), to);
    store_pixels(_mm512_extracti32x4_epi32(packed, 1), to + row_bytes);
    store_pixels(_mm512_extracti32x4_epi32(packed, 2), to + 2 * row_bytes);
    store_pixels(_mm512_extracti32x4_epi32(packed, 3), to + 3 * row_bytes);
  }
};

}  // namespace

const ResampleLoops avx512_resample_loops{"avx512", Avx512::format, pack<Avx512>, across<Avx512>,
                                          down<Avx512>};

}  // namespace yy
