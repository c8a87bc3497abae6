// NormaliseRows: one launch, for rows that count and for the zeros behind them.
#include "ops/normalise_rows.h"

#include <fmt/format.h>

#include "cuda/kernels/normalise_rows.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_normalise_rows(const KernelRequest& request, const Context&) {
  const TensorDesc& y = request.outputs[0];
  if (!is_interleaved(request.inputs[0].desc) || !y.same_bytes_in(Layout::channels_last)) {
    return Refusal{"pixels and rows have their channels last in memory"};
  }
  const std::int64_t each = 3 * y.shape[2] * y.shape[3];
  NormaliseRowsArguments arguments;
  arguments.width = each % 4 == 0 ? 4 : 1;
  arguments.run = Divisor(each / arguments.width);
  arguments.packs = static_cast<unsigned>(y.shape[0] * (each / arguments.width));
  return kernel_of(fmt::format("table {} bytes", 4 * arguments.width),
                   [arguments](const Binding& at, cudaStream_t stream) {
                     NormaliseRowsArguments bound = arguments;
                     bound.pixels = at.inputs[0].as<const std::uint8_t>();
                     bound.index = at.inputs[1].as<const std::int32_t>();
                     bound.count = at.inputs[2].as<const std::int32_t>();
                     bound.table = at.inputs[3].as<const float>();
                     bound.rows = at.outputs[0].as<float>();
                     launch_normalise_rows(bound, stream);
                   });
}

}  // namespace yy::cuda
