#include "tools/yy_run/comparison.h"

#include <cmath>
#include <limits>
#include <span>

namespace yy {
namespace {

// Of two elements that differ, or are both NaN.
template <class T>
double difference(T found, T reference) {
  const auto a = static_cast<double>(found), b = static_cast<double>(reference);
  if (std::isnan(a) && std::isnan(b)) return 0;
  const double off = std::abs(a - b);
  if (!std::isfinite(off)) return std::numeric_limits<double>::infinity();
  return off > 0 ? off : 1;  // large integers may be equal as doubles
}

template <class T>
void compare_elements(std::span<const T> found, std::span<const T> reference, Comparison& result) {
  double sum = 0, square = 0, count = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    if (found[i] != reference[i]) {
      const double off = difference(found[i], reference[i]);
      if (off > result.largest) result.place = i;
      result.largest = std::max(result.largest, off);
    }
    const auto value = static_cast<double>(reference[i]);
    if (!std::isfinite(value)) continue;
    sum += value;
    square += value * value;
    ++count;
  }
  if (count > 0) result.deviation = std::sqrt(std::max(0.0, square / count - sum / count * (sum / count)));
}

}  // namespace

Comparison compare(const Tensor& found, const Tensor& reference, const Tolerance& tolerance) {
  Comparison result;
  result.same_desc = found.desc() == reference.desc();
  if (!result.same_desc) return result;
  const auto as = [&]<class T>(T) { compare_elements(found.as<T>(), reference.as<T>(), result); };
  switch (reference.dtype()) {
    case DType::f32:
      as(float{});
      break;
    case DType::i64:
      as(std::int64_t{});
      break;
    case DType::i32:
      as(std::int32_t{});
      break;
    case DType::i8:
      as(std::int8_t{});
      break;
    case DType::u8:
    case DType::boolean:
      as(std::uint8_t{});
      break;
    case DType::f16:
    case DType::bf16:
      break;
  }
  const bool is_float = reference.dtype() == DType::f32;
  result.is_within =
      result.largest <= (is_float ? tolerance.absolute + tolerance.relative * result.deviation : 0);
  return result;
}

std::string place_text(const Shape& shape, std::size_t place) {
  std::string text;
  for (std::size_t axis = shape.rank(); axis-- > 0;) {
    const auto size = static_cast<std::size_t>(shape[axis]);
    text = std::to_string(place % size) + (text.empty() ? "" : ",") + text;
    place /= size;
  }
  return "[" + text + "]";
}

}  // namespace yy
