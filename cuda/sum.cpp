// Sum: the first two inputs are added into the output, then each further one to what is there.
#include "ops/sum.h"

#include "cuda/private/broadcast.h"
#include "cuda/private/context.h"
#include "cuda/private/copy.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {
namespace {

Kernel copy_of(const TensorDesc& y, const TensorDesc& x) {
  const Copy copy(y.shape, size_of(y.dtype), {y.strides()}, {x.strides()});
  return kernel_of(copy.implementation(), [=](const Binding& at, cudaStream_t stream) {
    if (at.outputs[0].data != at.inputs[0].data) copy.run(at.outputs[0].data, at.inputs[0].data, stream);
  });
}

}  // namespace

KernelOrRefusal make_sum(const KernelRequest& request, const Context&) {
  const TensorDesc& y = request.outputs[0];
  if (auto refusal = refuse_rank(y.shape)) return *refusal;
  std::vector<BroadcastPlan> plans;  // plan i adds input i + 1
  for (std::size_t i = 1; i < request.inputs.size(); ++i) {
    plans.push_back(plan_broadcast(y, i == 1 ? request.inputs[0].desc : y, request.inputs[i].desc));
  }
  Kernel kernel = plans.empty()
                      ? copy_of(y, request.inputs[0].desc)
                      : kernel_of("broadcast", [=](const Binding& at, cudaStream_t stream) {
                          const OperandTypes types{y.dtype, y.dtype, y.dtype};
                          void* sum = at.outputs[0].data;
                          for (std::size_t i = 0; i < plans.size(); ++i) {
                            launch_binary(Arithmetic::add, types, plans[i], sum,
                                          i == 0 ? at.inputs[0].data : sum, at.inputs[i + 1].data, stream);
                          }
                        });
  if (request.inputs[0].desc == y) kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace yy::cuda
