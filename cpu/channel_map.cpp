// ChannelMap, channels last: the channels of each pixel are copied run by run.
#include "ops/channel_map.h"

#include <cstring>

#include "cpu/private/context.h"

namespace yy::cpu {
namespace {

// `count` channels of an input to every `step`th channel of the output.
struct Run {
  std::int32_t input;
  std::int64_t from, to, step, count;
};

// Channels of one input, in order, go to equally spaced places: a Concat has runs with step 1, a channel
// shuffle of two groups two with step 2.
std::vector<Run> runs_of(const ChannelMap::Output& output, std::size_t inputs) {
  std::vector<std::vector<Run>> by_input(inputs);
  for (std::size_t c = 0; c < output.size(); ++c) {
    const auto to = static_cast<std::int64_t>(c);
    std::vector<Run>& runs = by_input[static_cast<std::size_t>(output[c].input)];
    if (!runs.empty()) {
      Run& last = runs.back();
      const std::int64_t step = last.count == 1 ? to - last.to : last.step;
      if (output[c].channel == last.from + last.count && to == last.to + last.count * step) {
        last.step = step;
        ++last.count;
        continue;
      }
    }
    runs.push_back({output[c].input, output[c].channel, to, 1, 1});
  }
  std::vector<Run> all;
  for (const auto& runs : by_input) all.insert(all.end(), runs.begin(), runs.end());
  return all;
}

// One output: its runs, and the two that together make a shuffle of two groups, which a loop of its own
// copies many at once.
struct Copies {
  std::int64_t channels = 0;
  std::vector<Run> runs;
  bool zipped = false;  // runs are {a, b}: a[0], b[0], a[1], b[1]...

  explicit Copies(const ChannelMap::Output& output, std::size_t inputs)
      : channels(std::ssize(output)), runs(runs_of(output, inputs)) {
    if (runs.size() != 2) return;
    if (runs[0].to > runs[1].to) std::swap(runs[0], runs[1]);
    const auto& [a, b] = std::pair(runs[0], runs[1]);
    zipped = a.to == 0 && b.to == 1 && a.step == 2 && b.step == 2 && a.count == b.count;
  }
};

// Where a run reads: pixel p of its input begins at `from + p * channels`.
template <class T>
struct Bound {
  const T* from;
  std::int64_t channels;
};

template <class T>
void copy_pixel(const Copies& copies, const std::vector<Bound<T>>& sources, std::int64_t pixel, T* to) {
  const auto source = [&](std::size_t r) { return sources[r].from + pixel * sources[r].channels; };
  if (copies.zipped) {
    const T *a = source(0), *b = source(1);
    for (std::int64_t i = 0; i < copies.runs[0].count; ++i) {
      to[2 * i] = a[i];
      to[2 * i + 1] = b[i];
    }
    return;
  }
  for (std::size_t r = 0; r < copies.runs.size(); ++r) {
    const Run& run = copies.runs[r];
    const T* from = source(r);
    if (run.step == 1) {
      std::memcpy(to + run.to, from, static_cast<std::size_t>(run.count) * sizeof(T));
      continue;
    }
    for (std::int64_t i = 0; i < run.count; ++i) to[run.to + i * run.step] = from[i];
  }
}

template <class T>
Launch bind_copies(const std::vector<Copies>& all, std::int64_t pixels, const Binding& binding) {
  std::vector<std::vector<Bound<T>>> sources;
  for (const Copies& copies : all) {
    std::vector<Bound<T>>& bound = sources.emplace_back();
    for (const Run& run : copies.runs) {
      const TensorView& input = binding.inputs[static_cast<std::size_t>(run.input)];
      bound.push_back({input.as<const T>() + run.from, input.desc.shape[1]});
    }
  }
  return [=](Stream&) {
    for (std::size_t k = 0; k < all.size(); ++k) {
      auto* y = binding.outputs[k].as<T>();
      parallel_for(pixels, pixels * all[k].channels, [&](std::int64_t pixel) {
        copy_pixel(all[k], sources[k], pixel, y + pixel * all[k].channels);
      });
    }
  };
}

}  // namespace

KernelOrRefusal make_channel_map(const KernelRequest& request, const Context&) {
  std::vector<Copies> all;
  for (const auto& output : static_cast<const ChannelMap&>(request.op).outputs()) {
    all.emplace_back(output, request.inputs.size());
  }
  for (const OpInput& input : request.inputs) {
    if (input.constant != nullptr) return Refusal{"constants lie in another layout"};
  }
  const Shape& shape = request.outputs[0].shape;
  const std::int64_t pixels = shape[0] * shape[2] * shape[3];
  Kernel kernel;
  kernel.implementation = "copy";
  switch (size_of(request.outputs[0].dtype)) {
    case 1:
      kernel.bind = [=](const Binding& b) { return bind_copies<std::uint8_t>(all, pixels, b); };
      break;
    case 2:
      kernel.bind = [=](const Binding& b) { return bind_copies<std::uint16_t>(all, pixels, b); };
      break;
    case 4:
      kernel.bind = [=](const Binding& b) { return bind_copies<std::uint32_t>(all, pixels, b); };
      break;
    default:
      kernel.bind = [=](const Binding& b) { return bind_copies<std::uint64_t>(all, pixels, b); };
  }
  return kernel;
}

}  // namespace yy::cpu
