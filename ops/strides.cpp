#include "ops/strides.h"

#include <algorithm>

namespace yy {

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

}  // namespace

std::vector<Axis> broadcast_axes(const TensorDesc& out, const TensorDesc& a, const TensorDesc& b) {
  const std::size_t rank = out.shape.rank();
  const auto out_strides = out.strides();
  const auto a_strides = broadcast_strides(a, rank), b_strides = broadcast_strides(b, rank);
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < rank; ++i)
    axes.push_back({out.shape[i], out_strides[i], a_strides[i], b_strides[i]});
  sort_and_merge(axes);
  return axes;
}

std::vector<Axis> copy_axes(const Shape& shape, const std::vector<std::int64_t>& to,
                            const std::vector<std::int64_t>& from) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < shape.rank(); ++i) axes.push_back({shape[i], to[i], from[i], from[i]});
  sort_and_merge(axes);
  return axes;
}

}  // namespace yy
