#include "ops/conv.h"

#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_conv(const Case& c, Inputs inputs) {
  const Array &x = *inputs[0], &w = *inputs[1];
  const Geometry g = geometry(c, x.dims, {w.dims[2], w.dims[3]}, false);
  const Epilogue& epilogue = dynamic_cast<const Conv&>(*c.op).epilogue();
  const std::int64_t group = int_attribute(c, "group", 1);
  const std::int64_t height = x.dims[2], width = x.dims[3];
  const std::int64_t per_group_in = w.dims[1], per_group_out = w.dims[0] / group;
  Array y(DType::f32, {x.dims[0], w.dims[0], g.output[0], g.output[1]});
  for_each_index(y.dims, [&](const Index& index) {
    const std::int64_t first_channel = index[1] / per_group_out * per_group_in;
    double sum = has_input(inputs, 2) ? inputs[2]->real[index[1]] : 0;
    for (std::int64_t k = 0; k < per_group_in; ++k) {
      for (std::int64_t i = 0; i < g.kernel[0]; ++i) {
        for (std::int64_t j = 0; j < g.kernel[1]; ++j) {
          const std::int64_t row = index[2] * g.strides[0] + i * g.dilations[0] - g.pads[0];
          const std::int64_t column = index[3] * g.strides[1] + j * g.dilations[1] - g.pads[1];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          const std::int64_t channel = first_channel + k;
          sum += x.real[((index[0] * x.dims[1] + channel) * height + row) * width + column] *
                 w.real[((index[1] * per_group_in + k) * g.kernel[0] + i) * g.kernel[1] + j];
        }
      }
    }
    const std::int64_t at = position(y.dims, index);
    if (epilogue.residual) sum += inputs[3]->real[at];
    y.real[at] = epilogue.activation ? activate(*epilogue.activation, sum) : sum;
  });
  return {y};
}

}  // namespace yy::test
