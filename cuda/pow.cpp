// Pow; squares and square roots, which networks mean most often, without the general function.
#include "ops/pow.h"

#include "cuda/kernels/pow.h"
#include "cuda/kernels/unary.h"
#include "cuda/private/broadcast.h"
#include "cuda/private/context.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {
namespace {

// The one exponent of all elements, where it is known and float32 is what comes out.
std::optional<float> common_exponent(const KernelRequest& request) {
  const OpInput& exponent = request.inputs[1];
  if (exponent.constant == nullptr || exponent.desc.shape.elements() != 1) return std::nullopt;
  if (exponent.desc.dtype != DType::f32 || request.outputs[0].dtype != DType::f32) return std::nullopt;
  return exponent.constant->as<float>()[0];
}

}  // namespace

KernelOrRefusal make_pow(const KernelRequest& request, const Context&) {
  const TensorDesc &base = request.inputs[0].desc, &exponent = request.inputs[1].desc,
                   &y = request.outputs[0];
  if (const auto refusal = refuse_rank(y.shape)) return *refusal;
  const auto common = common_exponent(request);
  Kernel kernel;
  if (base == y && common == 0.5F) {
    kernel = kernel_of("root", [elements = y.shape.elements()](const Binding& at, cudaStream_t stream) {
      const Activation root{.kind = Activation::Kind::sqrt};
      launch_unary(DType::f32, at.inputs[0].data, at.outputs[0].data, elements, root, stream);
    });
  } else if (base == y && common == 2.F) {
    kernel = kernel_of("square", [plan = plan_broadcast(y, y, y)](const Binding& at, cudaStream_t stream) {
      const OperandTypes floats{DType::f32, DType::f32, DType::f32};
      const void* x = at.inputs[0].data;
      launch_binary(Arithmetic::mul, floats, plan, at.outputs[0].data, x, x, stream);
    });
  } else {
    const BroadcastPlan plan = plan_broadcast(y, base, exponent);
    kernel =
        kernel_of("pow", [=, from = base.dtype, by = exponent.dtype](const Binding& at, cudaStream_t stream) {
          launch_pow(from, by, plan, at.inputs[0].data, at.inputs[1].data, at.outputs[0].data, stream);
        });
  }
  if (base == y) kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace yy::cuda
