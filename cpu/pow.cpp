// Pow: an own loop; squares and square roots, which networks mean most often, without the general function.
#include "ops/pow.h"

#include <cmath>

#include "cpu/private/context.h"
#include "cpu/private/loops.h"

namespace yy::cpu {
namespace {

// Wraps around as numpy's does. A negative exponent leaves 1 / base, cut off towards zero.
template <class T>
T whole_power(T base, std::int64_t exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    if (base == -1) return exponent % 2 == 0 ? T{1} : T{-1};
    return 0;
  }
  using U = std::make_unsigned_t<T>;
  U result = 1, square = static_cast<U>(base);
  for (auto left = static_cast<std::uint64_t>(exponent); left != 0; left >>= 1) {
    if (left & 1) result *= square;
    square *= square;
  }
  return static_cast<T>(result);
}

// Out of range is undefined in C++: as in Cast it saturates, and NaN becomes 0.
template <class T>
T saturated(double x) {
  if (std::isnan(x)) return 0;
  if (x >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  if (x <= static_cast<double>(std::numeric_limits<T>::lowest())) return std::numeric_limits<T>::lowest();
  return static_cast<T>(x);
}

template <class Base, class Exponent>
Base power(Base base, Exponent exponent) {
  if constexpr (std::is_floating_point_v<Base>) {
    return std::pow(base, static_cast<float>(exponent));
  } else if constexpr (std::is_floating_point_v<Exponent>) {
    return saturated<Base>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  } else {
    return whole_power(base, static_cast<std::int64_t>(exponent));
  }
}

template <class Base, class Exponent>
Launch bind_loop(const BroadcastLoop& loop, const Binding& binding) {
  return [=](Stream&) {
    loop.run(binding.outputs[0].as<Base>(), binding.inputs[0].as<const Base>(),
             binding.inputs[1].as<const Exponent>(), power<Base, Exponent>);
  };
}

template <class Base>
Launch bind_base(const BroadcastLoop& loop, DType exponent, const Binding& binding) {
  switch (exponent) {
    case DType::i64:
      return bind_loop<Base, std::int64_t>(loop, binding);
    case DType::i32:
      return bind_loop<Base, std::int32_t>(loop, binding);
    default:
      return bind_loop<Base, float>(loop, binding);
  }
}

// The one exponent of all elements, where it is known and float32 is what comes out.
std::optional<float> common_exponent(const KernelRequest& request) {
  const OpInput& exponent = request.inputs[1];
  if (exponent.constant == nullptr || exponent.desc.shape.elements() != 1) return std::nullopt;
  if (exponent.desc.dtype != DType::f32 || request.outputs[0].dtype != DType::f32) return std::nullopt;
  return exponent.constant->as<float>()[0];
}

template <class F>
Launch bind_pointwise(std::int64_t elements, const Binding& binding, F f) {
  return [=](Stream&) {
    constexpr std::int64_t block = 4096;
    const auto* x = binding.inputs[0].as<const float>();
    auto* y = binding.outputs[0].as<float>();
    parallel_for((elements + block - 1) / block, elements, [&](std::int64_t b) {
      const std::int64_t end = std::min(elements, (b + 1) * block);
      for (std::int64_t i = b * block; i < end; ++i) y[i] = f(x[i]);
    });
  };
}

}  // namespace

KernelOrRefusal make_pow(const KernelRequest& request, const Context&) {
  const TensorDesc& base = request.inputs[0].desc;
  const TensorDesc& out = request.outputs[0];
  Kernel kernel;
  kernel.implementation = "loop";
  if (base == out) kernel.may_overwrite = 0;
  const auto exponent = common_exponent(request);
  if (base == out && (exponent == 2.F || exponent == 0.5F)) {
    kernel.bind = [elements = out.shape.elements(), square = exponent == 2.F](const Binding& b) {
      return square ? bind_pointwise(elements, b, [](float x) { return x * x; })
                    : bind_pointwise(elements, b, [](float x) { return std::sqrt(x); });
    };
    return kernel;
  }
  const BroadcastLoop loop(out, base, request.inputs[1].desc);
  kernel.bind = [loop, base = base.dtype, type = request.inputs[1].desc.dtype](const Binding& b) {
    switch (base) {
      case DType::i64:
        return bind_base<std::int64_t>(loop, type, b);
      case DType::i32:
        return bind_base<std::int32_t>(loop, type, b);
      default:
        return bind_base<float>(loop, type, b);
    }
  };
  return kernel;
}

}  // namespace yy::cpu
