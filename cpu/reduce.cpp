// ReduceMean: one loop nest over the kept axes, and inside it one over the reduced ones; sums in double.
#include "ops/reduce.h"

#include "cpu/private/context.h"
#include "cpu/private/loops.h"

namespace yy::cpu {
namespace {

struct Nest {
  std::vector<Axis> kept;     // out and a: where the result and the first of its elements lie
  std::vector<Axis> reduced;  // a: steps from there
  std::int64_t outputs = 1, each = 1;
};

Nest nest_of(const TensorDesc& in, const TensorDesc& out, const std::vector<bool>& drop, bool keepdims) {
  Nest nest;
  const auto from = in.strides(), to = out.strides();
  std::size_t at = 0;  // axis of the output
  for (std::size_t i = 0; i < drop.size(); ++i) {
    if (drop[i]) {
      nest.reduced.push_back({in.shape[i], from[i], from[i], from[i]});
      nest.each *= in.shape[i];
    } else {
      nest.kept.push_back({in.shape[i], to[at], from[i], from[i]});
      nest.outputs *= in.shape[i];
    }
    if (!drop[i] || keepdims) ++at;
  }
  sort_and_merge(nest.kept);
  sort_and_merge(nest.reduced);
  return nest;
}

// Sums are exact for integers that a double does not hold, too.
template <class T>
T mean_at(const Nest& nest, const T* from) {
  std::conditional_t<std::is_integral_v<T>, std::uint64_t, double> sum = 0;
  const Axis& inner = nest.reduced.back();
  for (std::int64_t row = 0; row < nest.each / inner.count; ++row) {
    const T* first = from + offsets(nest.reduced, row).a;
    for (std::int64_t i = 0; i < inner.count; ++i) sum += static_cast<decltype(sum)>(first[i * inner.a]);
  }
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<std::int64_t>(sum) / nest.each);
  } else {
    return static_cast<T>(sum / static_cast<double>(nest.each));
  }
}

template <class T>
Launch bind_loop(const Nest& nest, const Binding& binding) {
  return [=](Stream&) {
    const auto* from = binding.inputs[0].as<const T>();
    auto* to = binding.outputs[0].as<T>();
    const Axis& inner = nest.kept.back();
    parallel_for(nest.outputs / inner.count, nest.outputs * nest.each, [&](std::int64_t row) {
      const Axis at = offsets(nest.kept, row);
      for (std::int64_t i = 0; i < inner.count; ++i) {
        to[at.out + i * inner.out] = mean_at(nest, from + at.a + i * inner.a);
      }
    });
  };
}

}  // namespace

KernelOrRefusal make_reduce(const KernelRequest& request, const Context&) {
  const auto& reduce = static_cast<const Reduce&>(request.op);
  const TensorDesc& in = request.inputs[0].desc;
  const Nest nest = nest_of(in, request.outputs[0], reduce.reduced(request.inputs), reduce.keepdims());
  Kernel kernel;
  kernel.implementation = "loop";
  switch (in.dtype) {
    case DType::i64:
      kernel.bind = [nest](const Binding& b) { return bind_loop<std::int64_t>(nest, b); };
      break;
    case DType::i32:
      kernel.bind = [nest](const Binding& b) { return bind_loop<std::int32_t>(nest, b); };
      break;
    default:
      kernel.bind = [nest](const Binding& b) { return bind_loop<float>(nest, b); };
      break;
  }
  return kernel;
}

}  // namespace yy::cpu
