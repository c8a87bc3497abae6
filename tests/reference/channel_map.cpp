#include "ops/channel_map.h"

#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_channel_map(const Case& c, Inputs inputs) {
  std::vector<Array> result;
  for (const auto& output : dynamic_cast<const ChannelMap&>(*c.op).outputs()) {
    Index dims = inputs[0]->dims;
    dims[1] = std::ssize(output);
    Array y(inputs[0]->dtype, dims);
    for_each_index(dims, [&](const Index& index) {
      const auto& [input, channel] = output[index[1]];
      const Array& from = *inputs[input];
      y.copy(position(dims, index), from, position(from.dims, {index[0], channel, index[2], index[3]}));
    });
    result.push_back(std::move(y));
  }
  return result;
}

}  // namespace yy::test
