#include "cpu/private/loops.h"

#include <cstddef>
#include <cstring>

namespace yy::cpu {
namespace {

template <class T>
void copy_row(const Axis& axis, std::byte* to, const std::byte* from) {
  auto* out = reinterpret_cast<T*>(to);
  const auto* in = reinterpret_cast<const T*>(from);
  for (std::int64_t i = 0; i < axis.count; ++i) out[i * axis.out] = in[i * axis.a];
}

void copy_row(const Axis& axis, std::size_t element, std::byte* to, const std::byte* from) {
  if (axis.out == 1 && axis.a == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(axis.count) * element);
    return;
  }
  switch (element) {
    case 1:
      return copy_row<std::uint8_t>(axis, to, from);
    case 2:
      return copy_row<std::uint16_t>(axis, to, from);
    case 4:
      return copy_row<std::uint32_t>(axis, to, from);
    default:
      return copy_row<std::uint64_t>(axis, to, from);
  }
}

}  // namespace

void StridedCopy::run(void* to, const void* from) const {
  if (elements_ == 0) return;
  const Axis& inner = axes_.back();
  const auto size = static_cast<std::int64_t>(element_bytes_);
  parallel_for(elements_ / inner.count, elements_, [&](std::int64_t row) {
    const Axis at = offsets(axes_, row);
    copy_row(inner, element_bytes_, static_cast<std::byte*>(to) + at.out * size,
             static_cast<const std::byte*>(from) + at.a * size);
  });
}

}  // namespace yy::cpu
