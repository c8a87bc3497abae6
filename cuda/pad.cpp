// Pad: one kernel for all modes; words as wide as the innermost axis allows where that is not padded.
#include "ops/pad.h"

#include <algorithm>
#include <cstring>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <fmt/format.h>

#include "cuda/kernels/pad.h"
#include "cuda/private/context.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {
namespace {

PadMode mode_of(Pad::Mode mode) {
  switch (mode) {
    case Pad::Mode::constant:
      return PadMode::constant;
    case Pad::Mode::edge:
      return PadMode::edge;
    case Pad::Mode::reflect:
      return PadMode::reflect;
    case Pad::Mode::wrap:
      break;
  }
  return PadMode::wrap;
}

// One axis in elements. `count` and `out` are the output's.
struct Padded {
  std::int64_t count, size, before, out, in;
  bool is_whole() const { return before == 0 && count == size; }
};

// In the output's order in memory; axes that are not padded are merged with such neighbours.
std::vector<Padded> axes_of(const TensorDesc& y, const TensorDesc& x, const std::vector<std::int64_t>& pads) {
  const auto out = y.strides(), in = x.strides();
  std::vector<Padded> axes;
  for (std::size_t i = 0; i < y.shape.rank(); ++i) {
    axes.push_back({y.shape[i], x.shape[i], pads[i], out[i], in[i]});
  }
  std::erase_if(axes, [](const Padded& axis) { return axis.count == 1 && axis.is_whole(); });
  std::stable_sort(axes.begin(), axes.end(), [](const Padded& a, const Padded& b) { return a.out > b.out; });
  std::vector<Padded> merged;
  for (const Padded& axis : axes) {
    const bool continues = !merged.empty() && merged.back().is_whole() && axis.is_whole() &&
                           merged.back().in == axis.in * axis.size;
    if (!continues) {
      merged.push_back(axis);
      continue;
    }
    const std::int64_t count = merged.back().count * axis.count;
    merged.back() = {count, count, 0, axis.out, axis.in};
  }
  if (merged.empty()) merged.push_back({1, 1, 0, 1, 1});
  return merged;
}

std::int64_t elements_per_word(const std::vector<Padded>& axes, std::int64_t element) {
  const Padded& inner = axes.back();
  if (!inner.is_whole() || inner.in != 1) return 1;
  for (std::int64_t n = 16 / element; n > 1; n /= 2) {
    const bool aligned =
        std::all_of(axes.begin(), axes.end() - 1, [n](const Padded& axis) { return axis.in % n == 0; });
    if (aligned && inner.count % n == 0) return n;
  }
  return 1;
}

// The value as an element of `dtype`, over and over.
void fill(unsigned char (&to)[16], DType dtype, const Tensor& value) {
  unsigned char element[8] = {};
  const std::size_t bytes = size_of(dtype);
  const auto set = [&](auto number) { std::memcpy(element, &number, sizeof number); };
  if (dtype == DType::f16) {
    set(__float2half(value.as<float>()[0]));
  } else if (dtype == DType::bf16) {
    set(__float2bfloat16(value.as<float>()[0]));
  } else {
    std::memcpy(element, value.data(), bytes);
  }
  for (std::size_t i = 0; i < sizeof to; ++i) to[i] = element[i % bytes];
}

}  // namespace

KernelOrRefusal make_pad(const KernelRequest& request, const Context&) {
  const auto& op = static_cast<const Pad&>(request.op);
  const TensorDesc &x = request.inputs[0].desc, &y = request.outputs[0];
  if (auto refusal = refuse_rank(y.shape)) return *refusal;
  const std::vector<Padded> axes = axes_of(y, x, op.pads(request.inputs));
  const std::int64_t per_word = elements_per_word(axes, static_cast<std::int64_t>(size_of(y.dtype)));
  PadPlan plan;
  plan.word = static_cast<int>(size_of(y.dtype)) * static_cast<int>(per_word);
  plan.words = static_cast<unsigned>(y.shape.elements() / per_word);
  plan.mode = mode_of(op.mode());
  plan.rank = static_cast<int>(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t length = i + 1 == axes.size() ? per_word : 1,
                       step = i + 1 == axes.size() ? 1 : per_word;
    plan.axes[i] = {Divisor(axes[i].count / length), static_cast<int>(axes[i].size / length),
                    static_cast<int>(axes[i].before), static_cast<int>(axes[i].in / step)};
  }
  fill(plan.value, y.dtype, op.value(request.inputs));
  Kernel kernel =
      kernel_of(fmt::format("pad {} bytes", plan.word), [=](const Binding& at, cudaStream_t stream) {
        launch_pad(plan, at.outputs[0].data, at.inputs[0].data, stream);
      });
  kernel.packed_inputs = {1, 2, 3};
  return kernel;
}

}  // namespace yy::cuda
