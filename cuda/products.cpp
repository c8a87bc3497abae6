// Matrix products as they lie, and layers on rows: matrix products with packed weights. Those are cuBLASLt's
// where it is asked for; else few rows have a kernel of their own, more are pixels of a convolution of one
// tap.
#include "cuda/private/products.h"

#include <fmt/format.h>

#include "cuda/kernels/gemv.h"
#include "cuda/private/cublaslt_layer.h"
#include "cuda/private/pack.h"
#include "ops/inputs.h"

namespace yy::cuda {
namespace {

Kernel gemv_kernel(DType dtype, const GemvArgs& args, const Buffer& weights) {
  return kernel_of("gemv", [=](const Binding& at, cudaStream_t stream) {
    GemvArgs bound = args;
    bound.x = at.inputs[0].data;
    bound.weights = weights.data();
    bound.finish = bind_finish(args.finish, at);
    launch_gemv(dtype, bound, stream);
  });
}

}  // namespace

Buffer pack_layer(const KernelRequest& request, const LayerProduct& layer, std::int64_t pitch) {
  const auto [k, n] = std::pair(layer.depth, layer.columns);
  const std::int64_t column = layer.transposed ? k : 1, row = layer.transposed ? 1 : n;
  const FilterLayout filters{static_cast<std::size_t>(n), static_cast<std::size_t>(column),
                             static_cast<std::size_t>(k), static_cast<std::size_t>(row)};
  return pack(request.weights, *request.inputs[1].constant,
              fmt::format("{} in rows of {}", layer.transposed ? "[N,K]" : "[N,K] of [K,N]", pitch),
              request.inputs[0].desc.dtype, filters, n * pitch,
              {{{n, column, pitch}, {1, 0, 0}, {1, 0, 0}, {k, row, 1}}});
}

std::variant<Finish, Refusal> finish_of(const KernelRequest& request, bool residual,
                                        const std::optional<Activation>& activation) {
  const DType read = request.inputs[0].desc.dtype, written = request.outputs[0].dtype;
  if (!is_real(read) || (written != read && written != DType::f32)) {
    return Refusal{fmt::format("from {} to {} is not supported", name_of(read), name_of(written))};
  }
  const OpInput* bias = maybe(request.inputs, 2);
  if (bias != nullptr && bias->desc.dtype != DType::f32) {
    return Refusal{fmt::format("the bias should be float32, found {}", name_of(bias->desc.dtype))};
  }
  if (residual && request.inputs[3].desc.dtype != written) {
    return Refusal{fmt::format("the residual should be {} as the output is, found {}", name_of(written),
                               name_of(request.inputs[3].desc.dtype))};
  }
  Finish finish;
  finish.activate_with(activation);
  finish.wide = written != read;
  finish.gap = gap_of(request);
  return finish;
}

Finish bind_finish(Finish finish, const Binding& at) {
  if (at.inputs.size() > 2) finish.bias = at.inputs[2].as<const float>();
  if (at.inputs.size() > 3) finish.residual = at.inputs[3].data;
  finish.y = at.outputs[0].data;
  return finish;
}

KernelOrRefusal plain_product(const KernelRequest& request, GemmArgs args, float alpha, float beta,
                              const std::optional<Activation>& activation) {
  for (const OpInput& input : request.inputs) {
    if (!input.present || input.desc.dtype == DType::f32) continue;
    return Refusal{fmt::format("matrices that are computed from data should be float32, found {}",
                               name_of(input.desc.dtype))};
  }
  const auto checked = finish_of(request, false, activation);
  if (const auto* refusal = std::get_if<Refusal>(&checked)) return *refusal;
  args.finish = std::get<Finish>(checked);
  args.finish.alpha = alpha;
  args.finish.beta = beta;
  return kernel_of("gemm", [=](const Binding& at, cudaStream_t stream) {
    GemmArgs bound = args;
    bound.a = at.inputs[0].as<const float>();
    bound.b = at.inputs[1].as<const float>();
    bound.finish = bind_finish(args.finish, at);
    launch_gemm(bound, stream);
  });
}

Kernel implicit_gemm_kernel(DType dtype, const ImplicitGemmArgs& args, const Buffer& weights,
                            const Context& context) {
  const ImplicitGemmPlan plan = plan_implicit_gemm(args, context.multiprocessors);
  std::string name = plan.large ? "implicit gemm 128x64" : "implicit gemm 64x32";
  if (plan.splits > 1) name += fmt::format(" in {} splits", plan.splits);
  Kernel kernel = kernel_of(std::move(name), [=](const Binding& at, cudaStream_t stream) {
    ImplicitGemmArgs bound = args;
    bound.x = at.inputs[0].data;
    bound.weights = weights.data();
    bound.finish = bind_finish(args.finish, at);
    launch_implicit_gemm(dtype, bound, plan, at.workspace, stream);
  });
  kernel.workspace_bytes = plan.workspace_bytes;
  return kernel;
}

namespace {

KernelOrRefusal own_layer(const KernelRequest& request, const Context& context, const LayerProduct& layer) {
  const auto checked = finish_of(request, layer.residual, layer.activation);
  if (const auto* refusal = std::get_if<Refusal>(&checked)) return *refusal;
  Finish finish = std::get<Finish>(checked);
  finish.alpha = layer.alpha;
  finish.beta = layer.beta;
  const DType dtype = request.inputs[0].desc.dtype;
  const std::int64_t pitch = (layer.depth + 3) / 4 * 4;
  const Buffer weights = pack_layer(request, layer, pitch);
  const int rows = static_cast<int>(layer.rows), depth = static_cast<int>(layer.depth),
            columns = static_cast<int>(layer.columns);
  Kernel kernel;
  if (rows <= GemvArgs::most_rows && depth % 4 == 0) {
    GemvArgs args;
    args.rows = rows;
    args.columns = columns;
    args.depth = depth;
    args.finish = finish;
    kernel = gemv_kernel(dtype, args, weights);
  } else {
    ImplicitGemmArgs args;
    args.rows = args.size[2] = args.out[2] = rows;
    args.columns = args.y_pixel = columns;
    args.channels = args.x_axis[2] = depth;
    args.pitch = static_cast<int>(pitch);
    args.finish = finish;
    kernel = implicit_gemm_kernel(dtype, args, weights, context);
  }
  kernel.packed_inputs = {1};
  kernel.writes_slice = request.slice_pitch > 0;
  if (layer.residual) kernel.may_overwrite = 3;
  return kernel;
}

}  // namespace

std::string LayerProduct::text() const {
  return fmt::format("{} x {} -> {}{} alpha {} beta {}{}{}", rows, depth, columns,
                     transposed ? " transposed" : "", alpha, beta, residual ? " residual" : "",
                     activation ? " " + activation->text() : "");
}

std::vector<Candidate> layer_candidates(const KernelRequest& request, const Context& context,
                                        const LayerProduct& layer) {
  std::vector<Candidate> candidates;
  for (int i = 0; i < proposals(context); ++i)
    candidates.push_back(
        {"cuBLASLt", i, [&, i] { return cublaslt_layer_kernel(request, context, layer, i); }});
  candidates.push_back({"own", 0, [&] { return own_layer(request, context, layer); }});
  return candidates;
}

KernelOrRefusal layer_product(const KernelRequest& request, const Context& context,
                              const LayerProduct& layer) {
  return choose(request, context, problem_text(request, layer.text()),
                layer_candidates(request, context, layer));
}

}  // namespace yy::cuda
