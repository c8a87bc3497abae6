// Arithmetic of two tensors with broadcasting: own loops, whose rows the compiler vectorises.
#include "ops/binary.h"

#include <fmt/format.h>

#include "cpu/private/context.h"
#include "cpu/private/loops.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

// Integers wrap around as numpy's do, which is only defined for unsigned ones in C++.
template <class T>
T compute(Binary::Kind kind, T a, T b) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    return T(compute(kind, static_cast<float>(a), static_cast<float>(b)));
  } else if constexpr (std::is_floating_point_v<T>) {
    switch (kind) {
      case Binary::Kind::add:
        return a + b;
      case Binary::Kind::sub:
        return a - b;
      case Binary::Kind::mul:
        return a * b;
      case Binary::Kind::div:
        return a / b;
    }
  } else {
    // Bytes are computed in 32 bits; the lowest 8 are those of the wrapped result.
    using U = std::conditional_t<sizeof(T) < 4, std::uint32_t, std::make_unsigned_t<T>>;
    const auto x = static_cast<U>(a), y = static_cast<U>(b);
    switch (kind) {
      case Binary::Kind::add:
        return static_cast<T>(x + y);
      case Binary::Kind::sub:
        return static_cast<T>(x - y);
      case Binary::Kind::mul:
        return static_cast<T>(x * y);
      case Binary::Kind::div:
        if (b == 0) return 0;  // undefined in ONNX; must not trap
        return std::is_signed_v<T> && b == static_cast<T>(-1) ? static_cast<T>(0 - x) : static_cast<T>(a / b);
    }
  }
  return T{};
}

template <class T>
Launch bind_loop(Binary::Kind kind, const BroadcastLoop& loop, const Binding& binding) {
  return [=](Stream&) {
    auto* out = binding.outputs[0].as<T>();
    const auto* a = binding.inputs[0].as<const T>();
    const auto* b = binding.inputs[1].as<const T>();
    // A literal kind per loop lets the compiler vectorise each.
    switch (kind) {
      case Binary::Kind::add:
        return loop.run(out, a, b, [](T x, T y) { return compute(Binary::Kind::add, x, y); });
      case Binary::Kind::sub:
        return loop.run(out, a, b, [](T x, T y) { return compute(Binary::Kind::sub, x, y); });
      case Binary::Kind::mul:
        return loop.run(out, a, b, [](T x, T y) { return compute(Binary::Kind::mul, x, y); });
      case Binary::Kind::div:
        return loop.run(out, a, b, [](T x, T y) { return compute(Binary::Kind::div, x, y); });
    }
  };
}

}  // namespace

KernelOrRefusal make_binary(const KernelRequest& request, const Context&) {
  const auto kind = static_cast<const Binary&>(request.op).kind();
  const TensorDesc& out = request.outputs[0];
  const BroadcastLoop loop(out, request.inputs[0].desc, request.inputs[1].desc);
  Kernel kernel;
  kernel.implementation = "loop";
  if (request.inputs[0].desc == out) {
    kernel.may_overwrite = 0;
  } else if (request.inputs[1].desc == out) {
    kernel.may_overwrite = 1;
  }
  switch (out.dtype) {
    case DType::f32:
      kernel.bind = [=](const Binding& b) { return bind_loop<float>(kind, loop, b); };
      break;
    case DType::bf16:
      kernel.bind = [=](const Binding& b) { return bind_loop<bfloat16>(kind, loop, b); };
      break;
    case DType::i64:
      kernel.bind = [=](const Binding& b) { return bind_loop<std::int64_t>(kind, loop, b); };
      break;
    case DType::i32:
      kernel.bind = [=](const Binding& b) { return bind_loop<std::int32_t>(kind, loop, b); };
      break;
    case DType::i8:
      kernel.bind = [=](const Binding& b) { return bind_loop<std::int8_t>(kind, loop, b); };
      break;
    case DType::u8:
      kernel.bind = [=](const Binding& b) { return bind_loop<std::uint8_t>(kind, loop, b); };
      break;
    case DType::f16:
    case DType::boolean:
      return Refusal{fmt::format("element type {} is not supported", name_of(out.dtype))};
  }
  return kernel;
}

}  // namespace yy::cpu
