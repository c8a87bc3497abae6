#include "ops/matmul.h"

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

// A matrix operand with its leading axes; a vector gets the axis that it lacks.
struct Operand {
  Array array;
  Index batch;

  double at(const Index& batch_index, std::int64_t i, std::int64_t j) const {
    const std::int64_t rows = array.dims[array.dims.size() - 2], columns = array.dims.back();
    return array.real[(broadcast_position(batch, batch_index) * rows + i) * columns + j];
  }
};

Operand operand(const Array& array, bool left) {
  Operand result{array, {}};
  Index& dims = result.array.dims;
  if (dims.size() == 1) dims.insert(left ? dims.begin() : dims.end(), 1);
  result.batch = Index(dims.begin(), dims.end() - 2);
  return result;
}

}  // namespace

std::vector<Array> reference_matmul(const Case& c, Inputs inputs) {
  const Operand a = operand(*inputs[0], true), b = operand(*inputs[1], false);
  const std::int64_t m = a.array.dims[a.batch.size()], depth = a.array.dims.back(), n = b.array.dims.back();
  const Array batch_a(DType::f32, a.batch), batch_b(DType::f32, b.batch);
  const Index batch = broadcast_dims({&batch_a, &batch_b});
  const auto& activation = dynamic_cast<const MatMul&>(*c.op).activation();
  Index dims = batch;
  if (inputs[0]->dims.size() > 1) dims.push_back(m);
  if (inputs[1]->dims.size() > 1) dims.push_back(n);
  Array y(DType::f32, dims);
  for_each_index(batch, [&](const Index& index) {
    const std::int64_t first = position(batch, index) * m * n;
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        double sum = has_input(inputs, 2) ? inputs[2]->real[j] : 0;
        for (std::int64_t k = 0; k < depth; ++k) sum += a.at(index, i, k) * b.at(index, k, j);
        y.real[first + i * n + j] = activation ? activate(*activation, sum) : sum;
      }
    }
  });
  return {y};
}

}  // namespace yy::test
