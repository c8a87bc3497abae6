// LRN in either layout: where the channels lie is all that differs.
#include "ops/lrn.h"

#include "cuda/kernels/lrn.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_lrn(const KernelRequest& request, const Context&) {
  const Lrn::Fields fields = static_cast<const Lrn&>(request.op).fields();
  const TensorDesc& x = request.inputs[0].desc;
  LrnArgs args;
  args.elements = static_cast<int>(x.shape.elements());
  args.channels = static_cast<int>(x.shape[1]);
  args.step = static_cast<int>(x.strides()[1]);
  args.before = static_cast<int>((fields.size - 1) / 2);
  args.after = static_cast<int>(fields.size / 2);
  args.scale = fields.alpha / static_cast<float>(fields.size);
  args.bias = fields.bias;
  args.beta = fields.beta;
  return kernel_of("lrn", [=, type = x.dtype](const Binding& at, cudaStream_t stream) {
    launch_lrn(type, args, at.inputs[0].data, at.outputs[0].data, stream);
  });
}

}  // namespace yy::cuda
