// Cast: element by element in memory order; between the floating-point types with oneDNN's reorder.
#include "ops/cast.h"

#include <cmath>
#include <limits>

#include "cpu/private/context.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

struct Bool {  // ONNX's bool in memory: one byte, 0 or 1
  std::uint8_t value;
};

template <class To, class From>
To convert(From x) {
  if constexpr (std::is_same_v<From, Bool>) {
    return convert<To>(x.value);
  } else if constexpr (std::is_same_v<From, bfloat16>) {
    return convert<To>(static_cast<float>(x));
  } else if constexpr (std::is_same_v<To, Bool>) {
    return {static_cast<std::uint8_t>(x != 0 ? 1 : 0)};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // Out of range is undefined in C++ and in ONNX: here it saturates, and NaN becomes 0.
    if (std::isnan(x)) return 0;
    if (x >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    if (x <= static_cast<From>(std::numeric_limits<To>::lowest())) return std::numeric_limits<To>::lowest();
    return static_cast<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

template <class F>
auto with_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32:
      return f(float{});
    case DType::bf16:
      return f(bfloat16{});
    case DType::i64:
      return f(std::int64_t{});
    case DType::i32:
      return f(std::int32_t{});
    case DType::i8:
      return f(std::int8_t{});
    case DType::u8:
      return f(std::uint8_t{});
    case DType::f16:  // no network here computes in it
    case DType::boolean:
      break;
  }
  return f(Bool{});
}

bool is_activation(DType dtype) {
  return dtype == DType::f32 || dtype == DType::bf16;
}

Kernel reorder(const KernelRequest& request, const Context& context) {
  const dnnl::memory::dims elements{request.outputs[0].shape.elements()};
  const auto flat = [&](DType dtype) {
    return dnnl::memory::desc(elements, onednn_type(dtype), dnnl::memory::format_tag::x);
  };
  const dnnl::memory::desc from = flat(request.inputs[0].desc.dtype), to = flat(request.outputs[0].dtype);
  const dnnl::reorder::primitive_desc described(context.engine, from, context.engine, to,
                                                with_user_scratchpad());
  return primitive_kernel(
      context, dnnl::reorder(described), described.impl_info_str(),
      {{Argument::From::input, 0, {}, DNNL_ARG_FROM, from}, {Argument::From::output, 0, {}, DNNL_ARG_TO, to}},
      described.scratchpad_desc());
}

}  // namespace

KernelOrRefusal make_cast(const KernelRequest& request, const Context& context) {
  if (request.inputs[0].desc.dtype == DType::f16 || request.outputs[0].dtype == DType::f16) {
    return Refusal{"float16 is not computed on the CPU"};
  }
  if (is_activation(request.inputs[0].desc.dtype) && is_activation(request.outputs[0].dtype)) {
    return reorder(request, context);
  }
  const std::int64_t elements = request.outputs[0].shape.elements();
  const DType from = request.inputs[0].desc.dtype, to = request.outputs[0].dtype;
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.bind = [=](const Binding& binding) -> Launch {
    return with_type(from, [&]<class From>(From) -> Launch {
      return with_type(to, [&]<class To>(To) -> Launch {
        return [=](Stream&) {
          const auto* x = binding.inputs[0].as<const From>();
          auto* y = binding.outputs[0].as<To>();
          for (std::int64_t i = 0; i < elements; ++i) y[i] = convert<To>(x[i]);
        };
      });
    });
  };
  return kernel;
}

}  // namespace yy::cpu
