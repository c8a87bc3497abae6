#include "cuda/private/copy.h"

#include <algorithm>
#include <fmt/format.h>

#include "ops/strides.h"

namespace yy::cuda {
namespace {

// Below this, tiles are mostly empty, and neighbouring threads reach the same cache lines anyway.
constexpr std::int64_t least_side_of_tiles = 16;

// How many elements one word may hold: along the innermost axis both sides are contiguous, and every row of
// it begins at a whole word.
std::int64_t elements_per_word(const std::vector<Axis>& axes, std::int64_t element, std::int64_t to,
                               std::int64_t from) {
  const Axis& inner = axes.back();
  if (inner.out != 1 || inner.a != 1) return 1;
  for (std::int64_t n = 16 / element; n > 1; n /= 2) {
    const bool aligned = std::all_of(axes.begin(), axes.end() - 1,
                                     [&](const Axis& axis) { return axis.out % n == 0 && axis.a % n == 0; });
    if (aligned && inner.count % n == 0 && to % n == 0 && from % n == 0) return n;
  }
  return 1;
}

// Moves the axis along which `from` is contiguous to the last place but one, if tiles are worth it.
bool arrange_tiles(std::vector<Axis>& axes) {
  const auto across = std::find_if(axes.begin(), axes.end(), [](const Axis& axis) { return axis.a == 1; });
  const bool apart = across != axes.end() && across != axes.end() - 1 && axes.back().out == 1;
  if (!apart || across->count < least_side_of_tiles || axes.back().count < least_side_of_tiles) return false;
  std::rotate(across, across + 1, axes.end() - 1);
  return true;
}

}  // namespace

Copy::Copy(const Shape& shape, std::size_t element_bytes, const Strided& to, const Strided& from) {
  const std::int64_t elements = shape.elements();
  if (elements == 0) return;
  std::vector<Axis> axes = copy_axes(shape, to.strides, from.strides);
  const auto element = static_cast<std::int64_t>(element_bytes);
  const std::int64_t per_word = elements_per_word(axes, element, to.offset, from.offset);
  if (per_word == 1) plan_.tiled = arrange_tiles(axes);
  plan_.word = static_cast<int>(element * per_word);
  plan_.words = static_cast<unsigned>(elements / per_word);
  plan_.rank = static_cast<int>(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const bool inner = i + 1 == axes.size();
    const std::int64_t step = inner ? 1 : per_word;
    plan_.axes[i] = {Divisor(inner ? axes[i].count / per_word : axes[i].count),
                     static_cast<int>(axes[i].out / step), static_cast<int>(axes[i].a / step)};
  }
  to_ = to.offset * element;
  from_ = from.offset * element;
}

void Copy::run(void* to, const void* from, cudaStream_t stream) const {
  if (plan_.words == 0) return;
  launch_copy(plan_, static_cast<std::byte*>(to) + to_, static_cast<const std::byte*>(from) + from_, stream);
}

std::string Copy::implementation() const {
  return fmt::format("{} {} bytes", plan_.tiled ? "transpose" : "copy", plan_.word);
}

}  // namespace yy::cuda
