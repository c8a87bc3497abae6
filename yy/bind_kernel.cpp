#include "yy/bind_kernel.h"

#include <fmt/format.h>
#include <utility>

#include "runtime/error.h"

namespace yy {

BoundKernel bind_kernel(const Backend& backend, const Op& op, std::vector<TensorView> inputs,
                        std::vector<TensorView> outputs, int threads) {
  std::vector<OpInput> described;
  for (const TensorView& view : inputs) described.push_back({true, view.desc, nullptr});
  std::vector<TensorDesc> descs;
  for (const TensorView& view : outputs) descs.push_back(view.desc);
  WeightStore none;
  auto made = backend.make_kernel({op, described, descs, threads, none});
  if (const auto* refusal = std::get_if<Refusal>(&made)) {
    throw Error(ErrorCode::device,
                fmt::format("device '{}' cannot run {}: {}", backend.name(), op.name(), refusal->reason));
  }
  auto& kernel = std::get<Kernel>(made);
  Launch launch = kernel.bind({std::move(inputs), std::move(outputs), nullptr});
  launch.name = fmt::format("{}, {}", op.name(), kernel.implementation);
  return {std::move(launch), std::move(kernel.implementation)};
}

}  // namespace yy
