#include "ops/conv.h"

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

// The products of one output element: x is [N,C,D,H,W], w is [M,C/group,kD,kH,kW].
double products(const Array& x, const Array& w, const Geometry& g, const Index& at,
                std::int64_t first_channel) {
  const Index xs = with_three_axes(x.dims), ws = with_three_axes(w.dims);
  double sum = 0;
  for (std::int64_t k = 0; k < ws[1]; ++k) {
    for (std::int64_t a = 0; a < ws[2]; ++a) {
      for (std::int64_t b = 0; b < ws[3]; ++b) {
        for (std::int64_t e = 0; e < ws[4]; ++e) {
          const std::int64_t i = g.place(0, at[2], a), j = g.place(1, at[3], b), l = g.place(2, at[4], e);
          const bool outside = i < 0 || j < 0 || l < 0 || i >= xs[2] || j >= xs[3] || l >= xs[4];
          if (outside) continue;
          sum += x.real[(((at[0] * xs[1] + first_channel + k) * xs[2] + i) * xs[3] + j) * xs[4] + l] *
                 w.real[(((at[1] * ws[1] + k) * ws[2] + a) * ws[3] + b) * ws[4] + e];
        }
      }
    }
  }
  return sum;
}

}  // namespace

std::vector<Array> reference_conv(const Case& c, Inputs inputs) {
  const Array &x = *inputs[0], &w = *inputs[1];
  const Geometry g = geometry(c, x.dims, Index(w.dims.begin() + 2, w.dims.end()), false);
  const Epilogue& epilogue = dynamic_cast<const Conv&>(*c.op).epilogue();
  const std::int64_t group = int_attribute(c, "group", 1);
  const std::int64_t per_group_in = w.dims[1], per_group_out = w.dims[0] / group;
  Array y(DType::f32, output_dims(g, x.dims, w.dims[0]));
  const Index dims = with_three_axes(y.dims);
  for_each_index(dims, [&](const Index& index) {
    const std::int64_t first_channel = index[1] / per_group_out * per_group_in;
    double sum = has_input(inputs, 2) ? inputs[2]->real[index[1]] : 0;
    sum += products(x, w, g, index, first_channel);
    const std::int64_t at = position(dims, index);
    if (epilogue.residual) sum += inputs[3]->real[at];
    y.real[at] = epilogue.activation ? activate(*epilogue.activation, sum) : sum;
  });
  return {y};
}

}  // namespace yy::test
