#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_select(const Case&, Inputs inputs) {
  const Array& confidence = *inputs[0];
  const double threshold = inputs[1]->real[0];
  Array index(DType::i32, confidence.dims), count(DType::i32, {1});
  index.untouched.assign(index.whole.size(), true);
  for (std::int64_t row = 0; row < inputs[2]->whole[0]; ++row) {
    if (confidence.real[row] > threshold) continue;
    const std::int64_t next = count.whole[0]++;
    index.whole[next] = row;
    index.untouched[next] = false;
  }
  return {index, count};
}

}  // namespace yy::test
