// Reshape and its relatives: the same bytes under another shape. A Dropout whose mask somebody reads is a
// copy.
#include "ops/reshape.h"

#include "cuda/private/check.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_reshape(const KernelRequest& request, const Context&) {
  if (request.outputs.size() == 1) {
    Kernel view;
    view.implementation = "view";
    view.is_view = true;
    return view;
  }
  const std::size_t bytes = request.outputs[0].bytes(), mask_bytes = request.outputs[1].bytes();
  Kernel kernel = kernel_of("copy", [=](const Binding& at, cudaStream_t stream) {
    void *data = at.outputs[0].data, *mask = at.outputs[1].data;  // null where nobody reads them
    if (data != nullptr && data != at.inputs[0].data) {
      YY_CUDA(cudaMemcpyAsync(data, at.inputs[0].data, bytes, cudaMemcpyDeviceToDevice, stream));
    }
    if (mask != nullptr) YY_CUDA(cudaMemsetAsync(mask, 1, mask_bytes, stream));
  });
  kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace yy::cuda
