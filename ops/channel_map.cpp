#include "ops/channel_map.h"

#include <fmt/format.h>
#include <limits>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> ChannelMap::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, std::numeric_limits<std::int32_t>::max());
  const TensorDesc& first = need(inputs, 0, "input 0").desc;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string what = fmt::format("input {}", i);
    check_rank(need(inputs, i, what), 4, what);
    check_dtype(inputs[i], first.dtype, what);
    Shape expected = first.shape;
    expected[1] = inputs[i].desc.shape[1];
    check_shape(inputs[i], expected, what);
  }
  std::vector<TensorDesc> result;
  for (const Output& output : outputs_) {
    for (const auto& [input, channel] : output) {
      const bool known = input >= 0 && static_cast<std::size_t>(input) < inputs.size() && channel >= 0 &&
                         channel < inputs[static_cast<std::size_t>(input)].desc.shape[1];
      if (!known) throw Error(ErrorCode::model, fmt::format("input {} has no channel {}", input, channel));
    }
    Shape shape = first.shape;
    shape[1] = std::ssize(output);
    result.push_back({std::move(shape), first.dtype, Layout::row_major});
  }
  return result;
}

}  // namespace yy
