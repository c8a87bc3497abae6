// GatherRows and ScatterRows: one kernel each; a scatter that cannot take over `into` copies that first.
#include "ops/rows.h"

#include <algorithm>
#include <fmt/format.h>

#include "cuda/kernels/rows.h"
#include "cuda/private/check.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_rows(const KernelRequest& request, const Context&) {
  const bool scatter = static_cast<const Rows&>(request.op).kind() == Rows::Kind::scatter;
  const TensorDesc& rows = request.inputs[0].desc;
  auto run = static_cast<std::int64_t>(size_of(rows.dtype));  // bytes of a row
  for (std::size_t i = 1; i < rows.shape.rank(); ++i) run *= rows.shape[i];
  RowsArguments arguments;
  arguments.word =
      static_cast<int>(std::min<std::int64_t>(run & -run, 16));  // the largest power of two in it
  arguments.run = Divisor(run / arguments.word);
  arguments.words = static_cast<unsigned>(request.inputs[1].desc.shape[0] * (run / arguments.word));
  const std::size_t bytes = request.outputs[0].bytes();
  Kernel kernel =
      kernel_of(fmt::format("rows {} bytes", arguments.word), [=](const Binding& at, cudaStream_t stream) {
        RowsArguments bound = arguments;
        bound.from = at.inputs[0].data;
        bound.to = at.outputs[0].data;
        bound.index = at.inputs[1].as<const std::int32_t>();
        bound.count = at.inputs[2].as<const std::int32_t>();
        if (scatter && bound.to != at.inputs[3].data) {
          YY_CUDA(cudaMemcpyAsync(bound.to, at.inputs[3].data, bytes, cudaMemcpyDeviceToDevice, stream));
        }
        if (bound.words == 0) return;
        scatter ? launch_scatter_rows(bound, stream) : launch_gather_rows(bound, stream);
      });
  if (scatter) kernel.may_overwrite = 3;
  return kernel;
}

}  // namespace yy::cuda
