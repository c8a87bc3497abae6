// Gather: whole runs of elements by constant indices, which the kernel holds counted from the front.
#include "ops/gather.h"

#include <algorithm>
#include <fmt/format.h>

#include "cuda/kernels/gather.h"
#include "cuda/private/context.h"
#include "ops/inputs.h"

namespace yy::cuda {
namespace {

Buffer pack_table(WeightStore& weights, const OpInput& indices, std::int64_t rows) {
  const std::int64_t taken = indices.desc.shape.elements();
  return weights.get(*indices.constant, fmt::format("cuda gather from {} rows", rows),
                     static_cast<std::size_t>(taken) * sizeof(GatherEntry), [&](void* to) {
                       const OpInput flat{true, {Shape{taken}, indices.desc.dtype, {}}, indices.constant};
                       auto* entry = static_cast<GatherEntry*>(to);
                       for (std::int64_t index : constant_ints(flat, "indices")) {
                         *entry++ = {0, static_cast<std::int32_t>(index < 0 ? index + rows : index)};
                       }
                     });
}

}  // namespace

KernelOrRefusal make_gather(const KernelRequest& request, const Context&) {
  const TensorDesc &x = request.inputs[0].desc, &y = request.outputs[0];
  const std::size_t axis = static_cast<const Gather&>(request.op).axis(x.shape);
  const std::int64_t rows = x.shape[axis];
  std::int64_t run = static_cast<std::int64_t>(size_of(y.dtype));  // bytes
  for (std::size_t i = axis + 1; i < x.shape.rank(); ++i) run *= x.shape[i];
  GatherPlan plan;
  plan.word = static_cast<int>(std::min<std::int64_t>(run & -run, 16));  // the largest power of two in it
  plan.words = static_cast<unsigned>(static_cast<std::int64_t>(y.bytes()) / plan.word);
  plan.run = Divisor(run / plan.word);
  plan.taken = Divisor(request.inputs[1].desc.shape.elements());
  plan.count = 1;
  plan.tensors[0].rows = static_cast<int>(rows);
  const Buffer table = pack_table(request.weights, request.inputs[1], rows);
  Kernel kernel =
      kernel_of(fmt::format("gather {} bytes", plan.word), [=](const Binding& at, cudaStream_t stream) {
        GatherPlan bound = plan;
        bound.tensors[0].data = at.inputs[0].data;
        launch_gather(bound, at.outputs[0].data, static_cast<const GatherEntry*>(table.data()), stream);
      });
  kernel.packed_inputs = {1};
  return kernel;
}

}  // namespace yy::cuda
