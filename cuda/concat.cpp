// Concat: one copy per input into its slice of the output, but of those that were written there.
#include "ops/concat.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "cuda/private/context.h"
#include "cuda/private/copy.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {

KernelOrRefusal make_concat(const KernelRequest& request, const Context&) {
  const TensorDesc& out = request.outputs[0];
  if (auto refusal = refuse_rank(out.shape)) return *refusal;
  const std::size_t axis = static_cast<const Concat&>(request.op).axis(out.shape);
  const auto strides = out.strides();
  std::map<std::size_t, Copy> parts;  // by input
  std::int64_t done = 0;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const TensorDesc& part = request.inputs[i].desc;
    if (std::ranges::find(request.in_place, i) == request.in_place.end())
      parts.emplace(i, Copy(part.shape, size_of(out.dtype), Strided{strides, done * strides[axis]},
                            Strided{part.strides()}));
    done += part.shape[axis];
  }
  std::string name = parts.empty() ? "in place" : parts.begin()->second.implementation();
  if (!parts.empty() && !request.in_place.empty())
    name += fmt::format(", {} of {} in place", request.in_place.size(), request.inputs.size());
  return kernel_of(name, [parts](const Binding& at, cudaStream_t stream) {
    for (const auto& [i, part] : parts) part.run(at.outputs[0].data, at.inputs[i].data, stream);
  });
}

}  // namespace yy::cuda
