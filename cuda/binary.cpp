// Add, Sub, Mul, Div: one kernel that broadcasts.
#include "ops/binary.h"

#include <fmt/format.h>

#include "cuda/private/broadcast.h"
#include "cuda/private/context.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {
namespace {

Arithmetic operation_of(Binary::Kind kind) {
  switch (kind) {
    case Binary::Kind::add:
      return Arithmetic::add;
    case Binary::Kind::sub:
      return Arithmetic::sub;
    case Binary::Kind::mul:
      return Arithmetic::mul;
    case Binary::Kind::div:
      break;
  }
  return Arithmetic::div;
}

}  // namespace

KernelOrRefusal make_binary(const KernelRequest& request, const Context&) {
  const TensorDesc &y = request.outputs[0], &a = request.inputs[0].desc, &b = request.inputs[1].desc;
  const OperandTypes types{y.dtype, a.dtype, b.dtype};
  if (!has_binary(types)) {
    return Refusal{fmt::format("{} and {} to {} is not supported", name_of(types.a), name_of(types.b),
                               name_of(types.y))};
  }
  if (auto refusal = refuse_rank(y.shape)) return *refusal;
  const BroadcastPlan plan = plan_broadcast(y, a, b);
  const Arithmetic operation = operation_of(static_cast<const Binary&>(request.op).kind());
  Kernel kernel = kernel_of(plan.packed ? "broadcast 16 bytes" : "broadcast", [=](const Binding& at,
                                                                                  cudaStream_t stream) {
    launch_binary(operation, types, plan, at.outputs[0].data, at.inputs[0].data, at.inputs[1].data, stream);
  });
  if (a == y) {
    kernel.may_overwrite = 0;
  } else if (b == y) {
    kernel.may_overwrite = 1;
  }
  return kernel;
}

}  // namespace yy::cuda
