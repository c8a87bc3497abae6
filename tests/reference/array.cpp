#include "tests/reference/array.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace yy::test {
namespace {

// Where an element lies, counted in elements: channels_last is N,H,W,C for rank 4 and nothing else.
std::int64_t place(const Index& dims, const Index& index, Layout layout) {
  if (layout == Layout::channels_last && dims.size() == 4) {
    return ((index[0] * dims[2] + index[2]) * dims[3] + index[3]) * dims[1] + index[1];
  }
  return position(dims, index);
}

template <class T>
void put(void* memory, std::int64_t at, T value) {
  std::memcpy(static_cast<char*>(memory) + at * static_cast<std::int64_t>(sizeof(T)), &value, sizeof(T));
}

template <class T>
T take(const void* memory, std::int64_t at) {
  T value;
  std::memcpy(&value, static_cast<const char*>(memory) + at * static_cast<std::int64_t>(sizeof(T)),
              sizeof(T));
  return value;
}

double from_bfloat16_bits(std::uint16_t bits) {
  const std::uint32_t word = std::uint32_t{bits} << 16;
  float value = 0;
  std::memcpy(&value, &word, sizeof(value));
  return value;
}

// The two bfloat16 around x (towards zero, and the next one away from it) and their distances decide.
std::uint16_t bfloat16_bits(double x) {
  const auto single = static_cast<float>(x);
  std::uint32_t word = 0;
  std::memcpy(&word, &single, sizeof(word));
  const auto below = static_cast<std::uint16_t>(word >> 16);
  if (!std::isfinite(single)) return std::isnan(single) ? std::uint16_t{0x7FC0} : below;
  const auto above = static_cast<std::uint16_t>(below + 1);
  const double down = std::abs(single - from_bfloat16_bits(below));
  const double up = std::isfinite(from_bfloat16_bits(above)) ? std::abs(from_bfloat16_bits(above) - single)
                                                             : std::ldexp(1.0, 120) - down;
  if (down != up) return down < up ? below : above;
  return below % 2 == 0 ? below : above;
}

double from_float16_bits(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const double sign = (bits >> 15) != 0 ? -1 : 1;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}

// The bits of positive float16 count upwards with their values, so the nearest is found by steps from below.
std::uint16_t float16_bits(double x) {
  if (std::isnan(x)) return 0x7E00;
  const auto sign = static_cast<std::uint16_t>(std::signbit(x) ? 0x8000 : 0);
  const double size = std::abs(x);
  if (size >= 65520) return sign | 0x7C00;
  std::uint16_t below = 0;
  for (int bit = 14; bit >= 0; --bit) {
    const auto candidate = static_cast<std::uint16_t>(below | (1 << bit));
    if (candidate < 0x7C00 && from_float16_bits(candidate) <= size) below = candidate;
  }
  if (below == 0x7BFF) return sign | below;
  const double down = size - from_float16_bits(below), up = from_float16_bits(below + 1) - size;
  const bool upwards = down != up ? up < down : below % 2 == 1;
  return static_cast<std::uint16_t>(sign | (below + (upwards ? 1 : 0)));
}

std::string mismatch(const Array& got, const Array& want, double tolerance, double rms, std::int64_t at) {
  if (!want.is_real()) {
    if (got.whole[at] == want.whole[at]) return {};
    return fmt::format("{} instead of {}", got.whole[at], want.whole[at]);
  }
  const double g = got.real[at], w = want.real[at];
  bool good = false;
  if (std::isnan(w) || std::isnan(g)) {
    good = std::isnan(w) && std::isnan(g);
  } else if (std::isinf(w) || std::isinf(g)) {
    good = w == g;
  } else {
    good = std::abs(g - w) <= tolerance * std::max(std::abs(w), rms);
  }
  if (good) return {};
  return fmt::format("{:.9g} instead of {:.9g} (tolerance {:g}, rms {:.3g})", g, w, tolerance, rms);
}

double rms_of(const Array& array) {
  double sum = 0;
  std::int64_t finite = 0;
  for (double x : array.real) {
    if (!std::isfinite(x)) continue;
    sum += x * x;
    ++finite;
  }
  return finite == 0 ? 0 : std::sqrt(sum / static_cast<double>(finite));
}

}  // namespace

double round_to(DType dtype, double x) {
  switch (dtype) {
    case DType::bf16:
      return from_bfloat16_bits(bfloat16_bits(x));
    case DType::f16:
      return from_float16_bits(float16_bits(static_cast<float>(x)));
    default:
      return static_cast<float>(x);
  }
}

std::int64_t wrapped(DType dtype, std::int64_t x) {
  const int bits = dtype == DType::i32 ? 32 : dtype == DType::i64 ? 64 : 8;
  const auto shift = static_cast<unsigned>(64 - bits);
  const std::uint64_t high = static_cast<std::uint64_t>(x) << shift;
  return dtype == DType::u8 ? static_cast<std::int64_t>(high >> shift)
                            : static_cast<std::int64_t>(high) >> shift;
}

std::int64_t size_of_dims(const Index& dims) {
  std::int64_t product = 1;
  for (std::int64_t dim : dims) product *= dim;
  return product;
}

Array::Array(DType type, Index shape) : dtype(type), dims(std::move(shape)) {
  const auto n = static_cast<std::size_t>(size_of_dims(dims));
  if (is_real()) {
    real.assign(n, 0.0);
  } else {
    whole.assign(n, 0);
  }
}

std::int64_t Array::size() const {
  return size_of_dims(dims);
}

double Array::number(std::int64_t at) const {
  return is_real() ? real[at] : static_cast<double>(whole[at]);
}

void Array::set(std::int64_t at, double value) {
  if (is_real()) {
    real[at] = value;
  } else {
    whole[at] = static_cast<std::int64_t>(value);
  }
}

void Array::copy(std::int64_t at, const Array& from, std::int64_t from_at) {
  if (is_real()) {
    real[at] = from.real[from_at];
  } else {
    whole[at] = from.whole[from_at];
  }
}

std::int64_t position(const Index& dims, const Index& index) {
  std::int64_t at = 0;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) at = at * dims[axis] + index[axis];
  return at;
}

void for_each_index(const Index& dims, const std::function<void(const Index&)>& visit) {
  const std::int64_t n = size_of_dims(dims);
  Index index(dims.size(), 0);
  for (std::int64_t i = 0; i < n; ++i) {
    visit(index);
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      if (++index[axis] < dims[axis]) break;
      index[axis] = 0;
    }
  }
}

void store(const Array& array, Layout layout, void* memory) {
  std::int64_t from = 0;
  for_each_index(array.dims, [&](const Index& index) {
    const std::int64_t at = place(array.dims, index, layout);
    switch (array.dtype) {
      case DType::f32:
        put(memory, at, static_cast<float>(array.real[from]));
        break;
      case DType::f16:
        put(memory, at, float16_bits(array.real[from]));
        break;
      case DType::bf16:
        put(memory, at, bfloat16_bits(array.real[from]));
        break;
      case DType::i64:
        put(memory, at, array.whole[from]);
        break;
      case DType::i32:
        put(memory, at, static_cast<std::int32_t>(array.whole[from]));
        break;
      case DType::i8:
        put(memory, at, static_cast<std::int8_t>(array.whole[from]));
        break;
      case DType::u8:
      case DType::boolean:
        put(memory, at, static_cast<std::uint8_t>(array.whole[from]));
        break;
    }
    ++from;
  });
}

Array load(const TensorDesc& desc, const void* memory) {
  Array array(desc.dtype, Index(desc.shape.begin(), desc.shape.end()));
  std::int64_t to = 0;
  for_each_index(array.dims, [&](const Index& index) {
    const std::int64_t at = place(array.dims, index, desc.layout);
    switch (array.dtype) {
      case DType::f32:
        array.real[to] = static_cast<double>(take<float>(memory, at));
        break;
      case DType::f16:
        array.real[to] = from_float16_bits(take<std::uint16_t>(memory, at));
        break;
      case DType::bf16:
        array.real[to] = from_bfloat16_bits(take<std::uint16_t>(memory, at));
        break;
      case DType::i64:
        array.whole[to] = take<std::int64_t>(memory, at);
        break;
      case DType::i32:
        array.whole[to] = take<std::int32_t>(memory, at);
        break;
      case DType::i8:
        array.whole[to] = take<std::int8_t>(memory, at);
        break;
      case DType::u8:
      case DType::boolean:
        array.whole[to] = take<std::uint8_t>(memory, at);
        break;
    }
    ++to;
  });
  return array;
}

std::string differences(const Array& got, const Array& want, double tolerance, double size) {
  if (got.dtype != want.dtype || got.dims != want.dims) {
    return fmt::format("{} [{}] instead of {} [{}]", name_of(got.dtype), fmt::join(got.dims, ","),
                       name_of(want.dtype), fmt::join(want.dims, ","));
  }
  const double rms = std::max(rms_of(want), size);
  std::string report;
  std::int64_t wrong = 0, at = 0;
  for_each_index(want.dims, [&](const Index& index) {
    if (want.untouched.empty() || !want.untouched[at]) {
      const std::string text = mismatch(got, want, tolerance, rms, at);
      if (!text.empty() && ++wrong <= 4) report += fmt::format("  [{}]: {}\n", fmt::join(index, ","), text);
    }
    ++at;
  });
  if (wrong == 0) return {};
  return fmt::format("{} of {} elements differ:\n{}", wrong, want.size(), report);
}

}  // namespace yy::test
