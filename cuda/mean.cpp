// Plans means: which threads sum up what, and whether several blocks share an output.
#include "cuda/private/mean.h"

#include <algorithm>

#include "cuda/kernels/mean.h"
#include "cuda/private/rank_limit.h"
#include "ops/strides.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;  // of a block

int up_to_power_of_two(int x) {
  int result = 1;
  while (result < x) result *= 2;
  return result;
}

MeanNest nest_of(std::vector<Axis> axes) {
  sort_and_merge(axes);
  MeanNest nest;
  nest.rank = static_cast<int>(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    nest.count[i] = Divisor(axes[i].count);
    nest.step[i] = static_cast<int>(axes[i].a);
  }
  return nest;
}

// Neighbouring outputs as packs of `width`, where every address is a multiple of that.
void pack_outputs(MeanArgs& args, int width) {
  const int last = args.kept.rank - 1, count = static_cast<int>(args.kept.count[last].value());
  bool fits = width > 1 && args.kept.step[last] == 1 && count % width == 0;
  for (int i = 0; i < last; ++i) fits = fits && args.kept.step[i] % width == 0;
  for (int i = 0; i < args.reduced.rank; ++i) fits = fits && args.reduced.step[i] % width == 0;
  if (!fits) return;
  args.packed = true;
  args.outputs /= width;
  args.kept.count[last] = Divisor(count / width);
  args.kept.step[last] = width;
}

// Enough threads per output for its elements; at least a cache line of outputs where those are neighbours.
void choose_lanes(MeanArgs& args) {
  const bool neighbours = args.kept.step[args.kept.rank - 1] == 1;
  const int line = args.packed ? 8 : neighbours ? 32 : 1;
  const int shares = std::min(threads, up_to_power_of_two(args.each));
  args.lanes = std::max(threads / shares, std::min(line, up_to_power_of_two(args.outputs)));
}

// So many that every multiprocessor has a block, but each thread still adds up eight elements.
void choose_splits(MeanArgs& args, int multiprocessors) {
  const int blocks = (args.outputs + args.lanes - 1) / args.lanes;
  const int most = args.each / (threads / args.lanes * 8);
  args.splits = std::max(1, std::min(most, multiprocessors / blocks));
}

// Two steps where blocks share outputs: their sums, [splits, outputs] in float32, and the sums of those.
struct Plan {
  MeanArgs first, second;
  bool in_two_steps() const { return first.splits > 1; }
};

Plan plan_of(const MeanArgs& whole, int width, int multiprocessors) {
  Plan plan{whole, {}};
  pack_outputs(plan.first, width);
  choose_lanes(plan.first);
  choose_splits(plan.first, multiprocessors);
  if (!plan.in_two_steps()) return plan;
  plan.first.divisor = 1;
  plan.second.kept = nest_of({{whole.outputs, 1, 1, 0}});
  plan.second.reduced = nest_of({{plan.first.splits, whole.outputs, whole.outputs, 0}});
  plan.second.outputs = whole.outputs;
  plan.second.each = plan.first.splits;
  plan.second.divisor = whole.divisor;
  choose_lanes(plan.second);
  return plan;
}

// As if there were no packs and one block per output.
MeanArgs describe(const TensorDesc& x, const TensorDesc& y, const std::vector<bool>& dropped, bool keepdims) {
  const auto from = x.strides(), to = y.strides();
  std::vector<Axis> kept, reduced;
  MeanArgs args;
  args.outputs = args.each = 1;
  for (std::size_t i = 0, at = 0; i < dropped.size(); ++i) {  // `at`: axis of y
    const int count = static_cast<int>(x.shape[i]);
    if (dropped[i]) {
      reduced.push_back({count, from[i], from[i], 0});
      args.each *= count;
    } else {
      kept.push_back({count, to[at], from[i], 0});
      args.outputs *= count;
    }
    if (!dropped[i] || keepdims) ++at;
  }
  args.divisor = args.each;
  args.kept = nest_of(std::move(kept));
  args.reduced = nest_of(std::move(reduced));
  return args;
}

}  // namespace

KernelOrRefusal mean_kernel(const TensorDesc& x, const TensorDesc& y, const std::vector<bool>& dropped,
                            bool keepdims, const Context& context) {
  if (const auto refusal = refuse_rank(x.shape)) return *refusal;
  const MeanArgs whole = describe(x, y, dropped, keepdims);
  const bool real = is_real(x.dtype);
  const int width = real ? 16 / static_cast<int>(size_of(x.dtype)) : 1;
  const Plan plan = plan_of(whole, width, real ? context.multiprocessors : 1);
  const DType type = x.dtype;
  if (!plan.in_two_steps()) {
    return kernel_of("mean", [=, args = plan.first](const Binding& at, cudaStream_t stream) {
      launch_mean(type, type, args, at.inputs[0].data, at.outputs[0].data, stream);
    });
  }
  Kernel kernel = kernel_of("mean in two steps", [=](const Binding& at, cudaStream_t stream) {
    launch_mean(type, DType::f32, plan.first, at.inputs[0].data, at.workspace, stream);
    launch_mean(DType::f32, type, plan.second, at.workspace, at.outputs[0].data, stream);
  });
  kernel.workspace_bytes = sizeof(float) * static_cast<std::size_t>(whole.outputs * plan.first.splits);
  return kernel;
}

}  // namespace yy::cuda
