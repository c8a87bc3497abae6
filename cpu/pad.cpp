// Pad: the output is filled with the value, then the part of the input that stays is copied in. The other
// modes take each element from where a table per axis says.
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

// Per axis of the output and index there: how far to step in the input and in the output, in bytes.
struct Steps {
  std::vector<std::int64_t> from, to;
};

std::vector<Steps> steps_of(const KernelRequest& request, const Pad& pad, std::int64_t element) {
  const TensorDesc &in = request.inputs[0].desc, &out = request.outputs[0];
  const auto pads = pad.pads(request.inputs);
  const auto in_strides = in.strides(), out_strides = out.strides();
  std::vector<Steps> axes(out.shape.rank());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    for (std::int64_t k = 0; k < out.shape[i]; ++k) {
      axes[i].from.push_back(pad.source(k - pads[i], in.shape[i]) * in_strides[i] * element);
      axes[i].to.push_back(k * out_strides[i] * element);
    }
  }
  return axes;
}

Kernel pad_from_input(const KernelRequest& request, const Pad& pad) {
  const std::size_t element = size_of(request.outputs[0].dtype);
  const std::vector<Steps> axes = steps_of(request, pad, static_cast<std::int64_t>(element));
  const std::int64_t elements = request.outputs[0].shape.elements();
  const std::int64_t inner = axes.empty() ? 1 : std::ssize(axes.back().from);
  Kernel kernel;
  kernel.implementation = "copy";
  kernel.packed_inputs = {1, 2, 3};
  kernel.bind = [=](const Binding& binding) -> Launch {
    return [=](Stream&) {
      parallel_for(elements / inner, elements, [&](std::int64_t row) {
        const auto* from = binding.inputs[0].as<const std::byte>();
        auto* to = binding.outputs[0].as<std::byte>();
        for (std::size_t i = axes.size() - std::min<std::size_t>(axes.size(), 1); i-- > 0;) {
          const auto k = static_cast<std::size_t>(row % std::ssize(axes[i].from));
          row /= std::ssize(axes[i].from);
          from += axes[i].from[k];
          to += axes[i].to[k];
        }
        for (std::size_t k = 0; k < static_cast<std::size_t>(inner); ++k) {
          const std::int64_t here = axes.empty() ? 0 : axes.back().from[k];
          const std::int64_t there = axes.empty() ? 0 : axes.back().to[k];
          std::memcpy(to + there, from + here, element);
        }
      });
    };
  };
  return kernel;
}

}  // namespace

KernelOrRefusal make_pad(const KernelRequest& request, const Context&) {
  const auto& pad = static_cast<const Pad&>(request.op);
  if (pad.mode() != Pad::Mode::constant) {
    constexpr std::int64_t longest = 1 << 20;  // elements of an axis; each costs an entry in a table
    const auto dims = request.outputs[0].shape.dims();
    if (std::any_of(dims.begin(), dims.end(), [](std::int64_t dim) { return dim > longest; })) {
      return Refusal{"an axis is longer than 2^20 elements, too long for a pad that is not constant"};
    }
    return pad_from_input(request, pad);
  }
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
