#include "cuda/private/cublaslt_layer.h"

#include <fmt/format.h>

#include "cuda/kernels/unary.h"
#include "cuda/private/cublaslt_product.h"
#include "cuda/private/pack.h"
#include "cuda/private/unfused.h"
#include "ops/inputs.h"

namespace yy::cuda {
namespace {

// What a launch needs. Shared by the executors of a program.
struct Made {
  std::shared_ptr<const CublasLtDevice> device;
  CublasLtPlan plan;
  Buffer weights = {}, bias = {};          // the latter is empty where the float32 input does
  std::optional<Activation> unfused = {};  // runs over y afterwards
};

// The same number of proposals in every call, so that a candidate's number means the same in all.
constexpr int most_asked = 8;

// Tells algorithms apart: the library describes them by words that mean nothing to others (FNV-1a of them).
std::uint32_t mark_of(const cublaslt::Algorithm& algorithm) {
  std::uint32_t mark = 2166136261;
  for (std::uint64_t word : algorithm.data) {
    for (int shift = 0; shift < 64; shift += 8)
      mark = (mark ^ static_cast<std::uint8_t>(word >> shift)) * 16777619;
  }
  return mark;
}

ProductPointers pointers(const Made& made, const Binding& at) {
  ProductPointers pointers;
  pointers.x = at.inputs[0].data;
  pointers.w = made.weights.data();
  if (made.plan.problem.residual) pointers.residual = at.inputs[3].data;
  if (made.plan.problem.bias) pointers.bias = made.bias.bytes > 0 ? made.bias.data() : at.inputs[2].data;
  pointers.y = at.outputs[0].data;
  pointers.workspace = at.workspace;
  return pointers;
}

void run(const Made& made, const BoundProduct& product, const Binding& at, cudaStream_t stream) {
  product.run(stream);
  if (!made.unfused) return;
  void* y = at.outputs[0].data;
  launch_unary(made.plan.problem.written, y, y, at.outputs[0].desc.shape.elements(), *made.unfused, stream);
}

// The problem of a layer whose activation, unless it is Relu, runs afterwards, over a y that is no slice.
ProductProblem problem_of(const KernelRequest& request, const LayerProduct& layer) {
  ProductProblem problem;
  problem.rows = layer.rows;
  problem.depth = layer.depth;
  problem.columns = layer.columns;
  problem.read = request.inputs[0].desc.dtype;
  problem.written = request.outputs[0].dtype;
  problem.residual = layer.residual;
  problem.bias = maybe(request.inputs, 2) != nullptr;
  problem.relu = layer.activation && layer.activation->kind == Activation::Kind::relu;
  problem.alpha = layer.alpha;
  problem.tf32 = request.tf32;
  if (!layer.activation || problem.relu) problem.pitch = request.slice_pitch;
  return problem;
}

}  // namespace

KernelOrRefusal cublaslt_layer_kernel(const KernelRequest& request, const Context& context,
                                      const LayerProduct& layer, int candidate) {
  if (context.cublaslt == nullptr) return Refusal{context.cublaslt_trouble};
  const auto checked = finish_of(request, layer.residual, layer.activation);
  if (const auto* refusal = std::get_if<Refusal>(&checked)) return *refusal;
  const ProductProblem problem = problem_of(request, layer);
  const OpInput* bias = maybe(request.inputs, 2);
  const bool packs_bias = bias != nullptr && (problem.written != DType::f32 || layer.beta != 1);
  if (packs_bias && bias->constant == nullptr)
    return Refusal{"a bias that is computed from data would have to be narrowed or scaled"};
  const bool is_unfused = layer.activation && !problem.relu;
  if (is_unfused) {
    if (auto refusal = refuse_unfused(*layer.activation, problem.written)) return *refusal;
  }
  auto planned = plan_product(*context.cublaslt, problem, most_asked);
  if (const auto* refusal = std::get_if<Refusal>(&planned)) return *refusal;
  auto& plans = std::get<std::vector<CublasLtPlan>>(planned);
  if (std::ssize(plans) <= candidate) return Refusal{fmt::format("it proposes {} algorithms", plans.size())};
  auto made =
      std::make_shared<Made>(Made{context.cublaslt, std::move(plans[static_cast<std::size_t>(candidate)])});
  if (is_unfused) made->unfused = layer.activation;
  made->weights = pack_layer(request, layer, layer.depth);
  if (packs_bias) {
    auto packed = pack_bias(request.weights, *bias->constant, problem.written, layer.beta);
    if (const auto* refusal = std::get_if<Refusal>(&packed)) return *refusal;
    made->bias = std::get<Buffer>(packed);
  }
  Kernel kernel;
  kernel.implementation =
      fmt::format("cublaslt {:08x}{}", mark_of(made->plan.algorithm), made->unfused ? " + unary" : "");
  kernel.workspace_bytes = made->plan.workspace_bytes;
  kernel.packed_inputs = {1};
  if (packs_bias) kernel.packed_inputs.push_back(2);
  kernel.writes_slice = problem.pitch != 0;
  if (problem.residual && problem.pitch == 0) kernel.may_overwrite = 3;
  kernel.bind = [made](const Binding& at) -> Launch {
    return [made, at, product = BoundProduct(made->device, made->plan, pointers(*made, at))](Stream& stream) {
      run(*made, product, at, handle(stream));
    };
  };
  return kernel;
}

}  // namespace yy::cuda
