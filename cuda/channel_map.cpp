// ChannelMap, channels last: each pixel's channels are gathered by a table. Neighbouring channels that stay
// together move as one word.
#include "ops/channel_map.h"

#include <algorithm>
#include <fmt/format.h>

#include "cuda/kernels/gather.h"
#include "cuda/private/context.h"

namespace yy::cuda {
namespace {

// Whether each `n` channels of the output from a multiple of n on are n channels of an input from a multiple
// of n on, and all pixels of all inputs begin at such.
bool moves_together(const ChannelMap::Output& output, std::span<const OpInput> inputs, std::int64_t n) {
  if (std::ssize(output) % n != 0) return false;
  for (std::size_t c = 0; c < output.size(); ++c) {
    const std::size_t first = c - c % static_cast<std::size_t>(n);
    const auto [input, channel] = output[first];
    const auto here = static_cast<std::int32_t>(c - first);
    if (channel % n != 0 || output[c] != ChannelMap::Source{input, channel + here}) return false;
    if (inputs[static_cast<std::size_t>(input)].desc.shape[1] % n != 0) return false;
  }
  return true;
}

// One launch: an output's channels from up to most_gather_tensors of the inputs.
struct Part {
  GatherPlan plan;
  std::size_t output = 0;
  std::int64_t table = 0;  // its first entry
};

struct Plan {
  std::vector<Part> parts;
  std::vector<GatherEntry> table;

  void add(const KernelRequest& request, std::size_t number, const ChannelMap::Output& output);
};

void Plan::add(const KernelRequest& request, std::size_t number, const ChannelMap::Output& output) {
  const TensorDesc& y = request.outputs[number];
  if (y.bytes() == 0) return;
  const auto element = static_cast<std::int64_t>(size_of(y.dtype));
  std::int64_t n = 16 / element;  // channels of a word
  while (n > 1 && !moves_together(output, request.inputs, n)) n /= 2;
  const std::int64_t first_entry = std::ssize(table), channels = std::ssize(output);
  for (std::int64_t c = 0; c < channels; c += n) {
    const auto [input, channel] = output[static_cast<std::size_t>(c)];
    table.push_back({input, channel / static_cast<std::int32_t>(n)});
  }
  const auto inputs = static_cast<std::int32_t>(request.inputs.size());
  for (std::int32_t first = 0; first < inputs; first += most_gather_tensors) {
    const std::int32_t count = std::min(inputs - first, most_gather_tensors);
    const bool used = std::any_of(table.begin() + first_entry, table.end(), [=](const GatherEntry& entry) {
      return entry.tensor >= first && entry.tensor < first + count;
    });
    if (!used) continue;
    GatherPlan plan;
    plan.word = static_cast<int>(element * n);
    plan.words = static_cast<unsigned>(y.shape.elements() / n);
    plan.taken = Divisor(channels / n);
    plan.first = first;
    plan.count = count;
    for (std::int32_t i = 0; i < count; ++i) {
      const Shape& shape = request.inputs[static_cast<std::size_t>(first + i)].desc.shape;
      plan.tensors[i].rows = static_cast<int>(shape[1] / n);
    }
    parts.push_back({plan, number, first_entry});
  }
}

// The table is no constant of the network, so it goes into the store as one of its own.
Buffer upload(WeightStore& weights, const std::vector<GatherEntry>& table) {
  const auto numbers = static_cast<std::int64_t>(2 * table.size());
  Tensor constant({Shape{numbers}, DType::i32, Layout::row_major});
  return weights.get(constant, "cuda channel map", table.size() * sizeof(GatherEntry),
                     [&](void* to) { std::copy(table.begin(), table.end(), static_cast<GatherEntry*>(to)); });
}

}  // namespace

KernelOrRefusal make_channel_map(const KernelRequest& request, const Context&) {
  for (const OpInput& input : request.inputs) {
    if (input.constant != nullptr) return Refusal{"constants lie in another layout"};
  }
  Plan plan;
  const auto& outputs = static_cast<const ChannelMap&>(request.op).outputs();
  for (std::size_t i = 0; i < outputs.size(); ++i) plan.add(request, i, outputs[i]);
  const Buffer table = upload(request.weights, plan.table);
  return kernel_of(fmt::format("gather {} bytes", plan.parts[0].plan.word),
                   [parts = plan.parts, table](const Binding& at, cudaStream_t stream) {
                     const auto* entries = static_cast<const GatherEntry*>(table.data());
                     for (const Part& part : parts) {
                       GatherPlan bound = part.plan;
                       for (int i = 0; i < bound.count; ++i) {
                         bound.tensors[i].data = at.inputs[static_cast<std::size_t>(bound.first + i)].data;
                       }
                       launch_gather(bound, at.outputs[part.output].data, entries + part.table, stream);
                     }
                   });
}

}  // namespace yy::cuda
