#include "cpu/private/loops.h"

#include <cstddef>
#include <cstring>
#include <numeric>

namespace yy::cpu {

void sort_and_merge(std::vector<Axis>& axes) {
  std::erase_if(axes, [](const Axis& axis) { return axis.count == 1; });
  std::stable_sort(axes.begin(), axes.end(), [](const Axis& x, const Axis& y) { return x.out > y.out; });
  std::vector<Axis> merged;
  for (const Axis& axis : axes) {
    if (!merged.empty()) {
      Axis& outer = merged.back();
      const bool continues = outer.out == axis.out * axis.count && outer.a == axis.a * axis.count &&
                             outer.b == axis.b * axis.count;
      if (continues) {
        outer = {outer.count * axis.count, axis.out, axis.a, axis.b};
        continue;
      }
    }
    merged.push_back(axis);
  }
  if (merged.empty()) merged.push_back({1, 1, 1, 1});
  axes = std::move(merged);
}

namespace {

// The strides of `desc` along the axes of a shape of `rank`, 0 where it is broadcast.
std::vector<std::int64_t> broadcast_strides(const TensorDesc& desc, std::size_t rank) {
  const std::vector<std::int64_t> own = desc.strides();
  std::vector<std::int64_t> result(rank, 0);
  const std::size_t shift = rank - desc.shape.rank();
  for (std::size_t i = 0; i < desc.shape.rank(); ++i) result[shift + i] = desc.shape[i] == 1 ? 0 : own[i];
  return result;
}

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

BroadcastLoop::BroadcastLoop(const TensorDesc& out, const TensorDesc& a, const TensorDesc& b)
    : elements_(out.shape.elements()) {
  const std::size_t rank = out.shape.rank();
  const auto out_strides = out.strides();
  const auto a_strides = broadcast_strides(a, rank), b_strides = broadcast_strides(b, rank);
  for (std::size_t i = 0; i < rank; ++i)
    axes_.push_back({out.shape[i], out_strides[i], a_strides[i], b_strides[i]});
  sort_and_merge(axes_);
}

StridedCopy::StridedCopy(const Shape& shape, std::size_t element_bytes,
                         const std::vector<std::int64_t>& to_strides,
                         const std::vector<std::int64_t>& from_strides)
    : elements_(shape.elements()), element_bytes_(element_bytes) {
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    axes_.push_back({shape[i], to_strides[i], from_strides[i], from_strides[i]});
  }
  sort_and_merge(axes_);
}

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
