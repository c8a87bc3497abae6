// Pooling: means over whole pictures as such; pictures with channels last; and a slower kernel for everything
// else (other ranks, bytes, indices).
#include "ops/pool.h"

#include <algorithm>
#include <fmt/format.h>

#include "cuda/kernels/pool.h"
#include "cuda/private/context.h"
#include "cuda/private/mean.h"

namespace yy::cuda {
namespace {

// Longer ones might lead the kernels' arithmetic beyond 31 bits.
constexpr std::int64_t longest_axis = 1 << 30;

PoolArgs args_of(const Pool& pool, const Window& window, const TensorDesc& x, const TensorDesc& y) {
  const auto from = x.strides(), to = y.strides();
  const auto narrow = [](std::int64_t value) { return static_cast<int>(value); };
  PoolArgs args;
  args.rows = narrow(x.shape[0]);
  args.channels = narrow(x.shape[1]);
  for (std::size_t i = 0; i < window.axes(); ++i) {
    PoolAxis& axis = args.axis[3 - window.axes() + i];
    axis.in = narrow(x.shape[2 + i]);
    axis.out = narrow(window.output[i]);
    axis.kernel = narrow(window.kernel_shape[i]);
    axis.stride = narrow(window.strides[i]);
    axis.dilation = narrow(window.dilations[i]);
    axis.begin = narrow(window.pads[i]);
    axis.end = narrow(window.pads[window.axes() + i]);
    axis.in_step = narrow(from[2 + i]);
    axis.out_step = narrow(to[2 + i]);
  }
  args.in_row = narrow(from[0]);
  args.in_channel = narrow(from[1]);
  args.out_row = narrow(to[0]);
  args.out_channel = narrow(to[1]);
  args.largest = pool.kind() == Pool::Kind::max;
  args.counts_padding = pool.fields().count_include_pad;
  args.column_major = pool.fields().column_major_indices;
  return args;
}

// One window that covers the picture and no padding.
bool sees_all(const Window& window, const Shape& x) {
  const auto is_zero = [](std::int64_t pad) { return pad == 0; };
  const auto is_one = [](std::int64_t size) { return size == 1; };
  return std::equal(window.kernel_shape.begin(), window.kernel_shape.end(), x.begin() + 2) &&
         std::ranges::all_of(window.pads, is_zero) && std::ranges::all_of(window.output, is_one) &&
         std::ranges::all_of(window.dilations, is_one);
}

}  // namespace

KernelOrRefusal make_pool(const KernelRequest& request, const Context& context) {
  const auto& pool = static_cast<const Pool&>(request.op);
  const TensorDesc &x = request.inputs[0].desc, &y = request.outputs[0];
  const Window window = pool.window(x.shape);
  if (pool.kind() != Pool::Kind::max && sees_all(window, x.shape)) {
    std::vector<bool> dropped(x.shape.rank(), true);
    dropped[0] = dropped[1] = false;
    return mean_kernel(x, y, dropped, true, context);
  }
  const std::int64_t longest = *std::max_element(x.shape.begin() + 2, x.shape.end());
  if (longest > longest_axis) {
    return Refusal{
        fmt::format("a pooled axis should have at most {} elements, found {}", longest_axis, longest)};
  }
  PoolArgs args = args_of(pool, window, x, y);
  const bool with_indices = request.outputs.size() > 1;
  if (is_real(x.dtype) && x.layout == Layout::channels_last && !with_indices) {
    args.out_pixel = args.channels + gap_of(request);
    Kernel kernel = kernel_of("pictures", [=, type = x.dtype](const Binding& at, cudaStream_t stream) {
      launch_pool_pictures(type, args, at.inputs[0].data, at.outputs[0].data, stream);
    });
    kernel.writes_slice = request.slice_pitch > 0;
    return kernel;
  }
  return kernel_of("any", [=, type = x.dtype](const Binding& at, cudaStream_t stream) {
    auto* indices = with_indices ? at.outputs[1].as<std::int64_t>() : nullptr;
    launch_pool_any(type, args, at.inputs[0].data, at.outputs[0].data, indices, stream);
  });
}

}  // namespace yy::cuda
