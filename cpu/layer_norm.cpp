// Layer normalisation, a row at a time: mean, then variance around it, then the result.
#include "ops/layer_norm.h"

#include <array>
#include <cmath>

#include "cpu/private/context.h"
#include "ops/inputs.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

// The sum of f(x) over a row, in lanes: vectors for the compiler, and less rounding than one long sum.
template <class T, class F>
float sum(const T* x, std::int64_t count, const F& f) {
  constexpr std::int64_t width = 16;
  std::array<float, width> lanes{};
  std::int64_t i = 0;
  for (; i + width <= count; i += width) {
    for (std::int64_t k = 0; k < width; ++k)
      lanes[static_cast<std::size_t>(k)] += f(static_cast<float>(x[i + k]));
  }
  double total = 0;
  for (; i < count; ++i) total += f(static_cast<float>(x[i]));
  for (float lane : lanes) total += lane;
  return static_cast<float>(total);
}

struct Rows {
  std::int64_t rows, size;
  float epsilon;

  template <class T>
  void run(const Binding& binding, std::int64_t row) const {
    const T* x = binding.inputs[0].as<const T>() + row * size;
    T* y = binding.outputs[0].as<T>() + row * size;
    const auto* scale = binding.inputs[1].as<const float>();
    const auto* shift = binding.inputs.size() > 2 ? binding.inputs[2].as<const float>() : nullptr;
    const auto count = static_cast<float>(size);
    const float mean = sum(x, size, [](float v) { return v; }) / count;
    const float variance = sum(x, size, [=](float v) { return (v - mean) * (v - mean); }) / count;
    const float inverse = 1 / std::sqrt(variance + epsilon);
    for (std::int64_t i = 0; i < size; ++i) {
      const float normal = (static_cast<float>(x[i]) - mean) * inverse * scale[i];
      y[i] = static_cast<T>(shift ? normal + shift[i] : normal);
    }
    const std::array<float, 3> statistics{0, mean, inverse};
    for (std::size_t k = 1; k < binding.outputs.size(); ++k) {
      if (binding.outputs[k].data != nullptr) binding.outputs[k].as<float>()[row] = statistics[k];
    }
  }
};

}  // namespace

KernelOrRefusal make_layer_norm(const KernelRequest& request, const Context&) {
  const auto& norm = static_cast<const LayerNorm&>(request.op);
  const Shape& shape = request.inputs[0].desc.shape;
  std::int64_t size = 1;
  for (std::size_t i = norm.axis(shape); i < shape.rank(); ++i) size *= shape[i];
  const Rows rows{shape.elements() / size, size, norm.epsilon()};
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.may_overwrite = 0;
  const bool narrow = request.outputs[0].dtype == DType::bf16;
  kernel.bind = [=](const Binding& binding) -> Launch {
    return [=](Stream&) {
      parallel_for(rows.rows, rows.rows * rows.size, [&](std::int64_t row) {
        narrow ? rows.run<bfloat16>(binding, row) : rows.run<float>(binding, row);
      });
    };
  };
  return kernel;
}

}  // namespace yy::cpu
