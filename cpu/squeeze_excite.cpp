// Squeeze-and-excite, channels last: sums over pixels, two products of a row with a matrix, and a product per
// element. Everything between X and Y is float32.
#include "ops/squeeze_excite.h"

#include "cpu/private/activate.h"
#include "cpu/private/context.h"
#include "ops/inputs.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

// A layer on rows: y = f(bias + x W). W lies as [inputs, outputs], so that the loops run along outputs.
struct RowLayer {
  std::int64_t inputs, outputs;
  Buffer weights;
  std::vector<float> bias;
  std::optional<Activation> activation;

  void run(const float* x, float* y) const {
    std::copy(bias.begin(), bias.end(), y);
    const auto* w = static_cast<const float*>(weights.data());
    std::int64_t i = 0;
    for (; i + 4 <= inputs; i += 4, w += 4 * outputs) {  // four at once: y is loaded and stored less often
      const float a = x[i], b = x[i + 1], c = x[i + 2], d = x[i + 3];
      const float *wb = w + outputs, *wc = wb + outputs, *wd = wc + outputs;
      for (std::int64_t o = 0; o < outputs; ++o) y[o] += a * w[o] + b * wb[o] + c * wc[o] + d * wd[o];
    }
    for (; i < inputs; ++i, w += outputs) {
      for (std::int64_t o = 0; o < outputs; ++o) y[o] += x[i] * w[o];
    }
    if (!activation) return;
    with_function(*activation, [&](const auto& f) {
      for (std::int64_t o = 0; o < outputs; ++o) y[o] = f(y[o]);
    });
  }
};

RowLayer row_layer(const KernelRequest& request, std::size_t weights, std::optional<Activation> activation) {
  const Tensor& from = *request.inputs[weights].constant;
  const std::int64_t outputs = from.shape()[0], inputs = from.shape()[1];
  const auto transpose = [&](void* to) {
    const auto elements = from.as<float>();
    for (std::int64_t o = 0; o < outputs; ++o) {
      for (std::int64_t i = 0; i < inputs; ++i)
        static_cast<float*>(to)[i * outputs + o] = elements[static_cast<std::size_t>(o * inputs + i)];
    }
  };
  std::vector<float> bias(static_cast<std::size_t>(outputs), 0.F);
  if (const OpInput* given = maybe(request.inputs, weights + 1)) {
    std::ranges::copy(given->constant->as<float>(), bias.begin());
  }
  return {inputs, outputs, request.weights.get(from, "[inputs, outputs]", from.desc().bytes(), transpose),
          std::move(bias), activation};
}

struct Excite {
  std::int64_t rows, channels, pixels;
  RowLayer squeeze, excite;

  // Workspace per row: the sums of `parts` shares of the pixels, the hidden row, the gate. The shares do not
  // depend on the number of threads, so neither does the result.
  std::int64_t parts() const { return std::min<std::int64_t>(pixels, 16); }
  std::int64_t row_workspace() const { return (parts() + 1) * channels + squeeze.outputs; }

  template <class T>
  void sum(const T* x, float* workspace, std::int64_t row, std::int64_t part) const {
    float* sums = workspace + row * row_workspace() + part * channels;
    std::fill(sums, sums + channels, 0.F);
    for (std::int64_t p = pixels * part / parts(); p < pixels * (part + 1) / parts(); ++p) {
      const T* from = x + (row * pixels + p) * channels;
      for (std::int64_t c = 0; c < channels; ++c) sums[c] += static_cast<float>(from[c]);
    }
  }

  void make_gate(float* workspace, std::int64_t row) const {
    float* mean = workspace + row * row_workspace();
    float* hidden = mean + parts() * channels;
    for (std::int64_t part = 1; part < parts(); ++part) {
      for (std::int64_t c = 0; c < channels; ++c) mean[c] += mean[part * channels + c];
    }
    for (std::int64_t c = 0; c < channels; ++c) mean[c] /= static_cast<float>(pixels);
    squeeze.run(mean, hidden);
    excite.run(hidden, hidden + squeeze.outputs);
  }

  template <class T>
  void scale(const T* x, const float* workspace, T* y, std::int64_t pixel) const {
    const float* gate = workspace + (pixel / pixels + 1) * row_workspace() - channels;
    const T* from = x + pixel * channels;
    T* to = y + pixel * channels;
    for (std::int64_t c = 0; c < channels; ++c) to[c] = static_cast<T>(static_cast<float>(from[c]) * gate[c]);
  }
};

template <class T>
Launch bind_loops(const Excite& e, const Binding& binding) {
  return [=](Stream&) {
    const auto* x = binding.inputs[0].as<const T>();
    auto* y = binding.outputs[0].as<T>();
    auto* workspace = static_cast<float*>(binding.workspace);
    const std::int64_t elements = e.rows * e.pixels * e.channels;
    parallel_for(e.rows * e.parts(), elements,
                 [&](std::int64_t i) { e.sum(x, workspace, i / e.parts(), i % e.parts()); });
    parallel_for(e.rows, e.rows * 2 * e.channels * e.squeeze.outputs,
                 [&](std::int64_t row) { e.make_gate(workspace, row); });
    parallel_for(e.rows * e.pixels, elements, [&](std::int64_t pixel) { e.scale(x, workspace, y, pixel); });
  };
}

}  // namespace

KernelOrRefusal make_squeeze_excite(const KernelRequest& request, const Context&) {
  const auto& op = static_cast<const SqueezeExcite&>(request.op);
  const Shape& shape = request.outputs[0].shape;
  const Excite e{shape[0], shape[1], shape[2] * shape[3], row_layer(request, 1, op.inner()),
                 row_layer(request, 3, op.gate())};
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.workspace_bytes = static_cast<std::size_t>(e.rows * e.row_workspace()) * sizeof(float);
  kernel.may_overwrite = 0;
  kernel.packed_inputs = {1, 2, 3, 4};
  const bool narrow = request.outputs[0].dtype == DType::bf16;
  kernel.bind = [=](const Binding& binding) {
    return narrow ? bind_loops<bfloat16>(e, binding) : bind_loops<float>(e, binding);
  };
  return kernel;
}

}  // namespace yy::cpu
