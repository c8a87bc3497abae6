// NormaliseRows: each byte is looked up.
#include "ops/normalise_rows.h"

#include <algorithm>

#include "cpu/private/context.h"

namespace yy::cpu {
namespace {

void normalise(const std::uint8_t* pixels, const float* table, std::int64_t elements, float* row) {
  const float *red = table, *green = table + 256, *blue = table + 512;
  for (std::int64_t i = 0; i < elements; i += 3) {
    row[i] = red[pixels[i]];
    row[i + 1] = green[pixels[i + 1]];
    row[i + 2] = blue[pixels[i + 2]];
  }
}

}  // namespace

KernelOrRefusal make_normalise_rows(const KernelRequest& request, const Context&) {
  const TensorDesc& y = request.outputs[0];
  if (!is_interleaved(request.inputs[0].desc) || !y.same_bytes_in(Layout::channels_last)) {
    return Refusal{"pixels and rows have their channels last in memory"};
  }
  Kernel kernel;
  kernel.implementation = "table";
  kernel.bind = [rows = y.shape[0], each = 3 * y.shape[2] * y.shape[3]](const Binding& binding) -> Launch {
    return [=](Stream&) {
      const auto* pixels = binding.inputs[0].as<const std::uint8_t>();
      const auto* index = binding.inputs[1].as<const std::int32_t>();
      const std::int64_t count = binding.inputs[2].as<const std::int32_t>()[0];
      const auto* table = binding.inputs[3].as<const float>();
      auto* to = binding.outputs[0].as<float>();
      parallel_for(rows, rows * each, [&](std::int64_t i) {
        float* row = to + i * each;
        if (i < count) {
          normalise(pixels + index[i] * each, table, each, row);
        } else {
          std::fill_n(row, each, 0.0F);
        }
      });
    };
  };
  return kernel;
}

}  // namespace yy::cpu
