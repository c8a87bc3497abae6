// Pad: the output is filled with the value, then the part of the input that stays is copied in.
#include "ops/pad.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "cpu/private/context.h"
#include "cpu/private/loops.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

void fill(void* to, std::size_t elements, std::size_t element, const void* value) {
  if (element == 2) {
    std::uint16_t word = 0;
    std::memcpy(&word, value, 2);
    std::fill_n(static_cast<std::uint16_t*>(to), elements, word);
    return;
  }
  if (element == 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, value, 4);
    std::fill_n(static_cast<std::uint32_t*>(to), elements, word);
    return;
  }
  for (std::size_t i = 0; i < elements; ++i)
    std::memcpy(static_cast<std::byte*>(to) + i * element, value, element);
}

Tensor value_in(DType dtype, const Tensor& value) {
  if (dtype != DType::bf16) return value;
  const bfloat16 narrow(value.as<float>()[0]);
  return Tensor({Shape{}, dtype, {}}, std::span(&narrow, 1));
}

}  // namespace

KernelOrRefusal make_pad(const KernelRequest& request, const Context&) {
  const auto& pad = static_cast<const Pad&>(request.op);
  const auto pads = pad.pads(request.inputs);
  const Tensor value = value_in(request.outputs[0].dtype, pad.value(request.inputs));
  const TensorDesc& in = request.inputs[0].desc;
  const TensorDesc& out = request.outputs[0];
  const auto in_strides = in.strides(), out_strides = out.strides();
  const auto element = static_cast<std::int64_t>(size_of(out.dtype));
  const std::size_t rank = in.shape.rank();
  Shape kept = in.shape;
  std::int64_t from = 0, to = 0;  // bytes
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t before = pads[i], after = pads[rank + i];
    kept[i] += std::min<std::int64_t>(before, 0) + std::min<std::int64_t>(after, 0);
    (before < 0 ? from : to) += std::abs(before) * (before < 0 ? in_strides : out_strides)[i] * element;
  }
  for (std::size_t i = 0; i < rank; ++i) kept[i] = std::max<std::int64_t>(kept[i], 0);
  const StridedCopy copy(kept, size_of(out.dtype), out_strides, in_strides);
  const auto elements = static_cast<std::size_t>(out.shape.elements());
  Kernel kernel;
  kernel.implementation = "copy";
  kernel.packed_inputs = {1, 2, 3};
  kernel.bind = [=](const Binding& binding) -> Launch {
    return [=](Stream&) {
      auto* target = binding.outputs[0].as<std::byte>();
      fill(target, elements, static_cast<std::size_t>(element), value.data());
      copy.run(target + to, binding.inputs[0].as<const std::byte>() + from);
    };
  };
  return kernel;
}

}  // namespace yy::cpu
