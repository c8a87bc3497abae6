#include <algorithm>
#include <map>

#include "tests/reference/reference.h"

namespace yy::test {

// From opset 13 a group is a line along one axis; before, everything behind the axes in front of it.
std::vector<Array> reference_softmax(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  const bool flattens = c.source.opset < 13;
  const auto axis =
      static_cast<std::size_t>(from_back(int_attribute(c, "axis", flattens ? 1 : -1), x.dims.size()));
  const auto group = [&](Index index) {
    for (std::size_t i = axis; i < (flattens ? index.size() : axis + 1); ++i) index[i] = 0;
    return index;
  };
  std::map<Index, double> largest, sum;
  for_each_index(x.dims, [&](const Index& index) {
    const auto [entry, is_new] = largest.try_emplace(group(index), x.real[position(x.dims, index)]);
    entry->second = std::max(entry->second, x.real[position(x.dims, index)]);
  });
  Array y = x;
  for_each_index(x.dims, [&](const Index& index) {
    double& value = y.real[position(x.dims, index)];
    value = std::exp(value - largest[group(index)]);
    sum[group(index)] += value;
  });
  for_each_index(x.dims, [&](const Index& index) { y.real[position(x.dims, index)] /= sum[group(index)]; });
  return {y};
}

}  // namespace yy::test
