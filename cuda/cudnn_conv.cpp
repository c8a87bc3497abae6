#include "cuda/private/cudnn_conv.h"

#include <fmt/format.h>
#include <mutex>

#include "cuda/kernels/unary.h"
#include "cuda/private/pack.h"
#include "cuda/private/stream.h"
#include "cuda/private/unfused.h"
#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy::cuda {
namespace {

// What a launch needs. Shared by the executors of a program.
struct Made {
  std::shared_ptr<const CudnnDevice> device;
  CudnnPlan plan;
  ConvProblem problem;
  std::unique_ptr<std::mutex> enqueueing = std::make_unique<std::mutex>();
  Buffer weights = {}, bias = {};  // the latter is empty where the float32 input does
  bool packs_bias = false;
  std::optional<Activation> unfused = {};  // runs over y afterwards
};

CudnnDescriptor variant_pack(const Made& made, const Binding& at) {
  std::vector<std::int64_t> ids{cudnn_ids::x, cudnn_ids::w, cudnn_ids::y};
  std::vector<void*> pointers{at.inputs[0].data, made.weights.data(), at.outputs[0].data};
  if (made.problem.residual) {
    ids.push_back(cudnn_ids::residual);
    pointers.push_back(at.inputs[3].data);
  }
  if (made.problem.bias) {
    ids.push_back(cudnn_ids::bias);
    pointers.push_back(made.bias.bytes > 0 ? made.bias.data() : at.inputs[2].data);
  }
  CudnnDescriptor pack(made.device->api(), cudnn::Kind::variant_pack);
  pack.set(cudnn::Attribute::pack_ids, cudnn::Element::int64, std::span<const std::int64_t>(ids))
      .set(cudnn::Attribute::pack_pointers, cudnn::Element::pointer, std::span<void* const>(pointers))
      .set(cudnn::Attribute::pack_workspace, cudnn::Element::pointer, at.workspace);
  pack.finalize();
  return pack;
}

void run(const Made& made, const CudnnDescriptor& pack, const Binding& at, Stream& stream) {
  const Libraries::Cudnn& api = made.device->api();
  auto& own = static_cast<CudaStream&>(stream);
  const cudnn::Handle handle = own.cudnn(made.device->libraries);
  cudnn::Status status = cudnn::success;
  {
    // Not every engine's plan may be used by two threads at once.
    const std::lock_guard lock(*made.enqueueing);
    status = api.execute(handle, made.plan.descriptor.get(), pack.get());
  }
  if (status != cudnn::success)
    refuse_cudnn(api, fmt::format("engine {} cannot run {}", made.plan.engine, made.problem.text()), status);
  if (!made.unfused) return;
  void* y = at.outputs[0].data;
  launch_unary(made.problem.written, y, y, at.outputs[0].desc.shape.elements(), *made.unfused, own.get());
}

}  // namespace

KernelOrRefusal cudnn_conv_kernel(const KernelRequest& request, const Context& context, ConvProblem problem,
                                  const std::optional<Activation>& activation, const FilterLayout& filters,
                                  int candidate) {
  if (context.cudnn == nullptr) return Refusal{context.cudnn_trouble};
  const OpInput* bias = maybe(request.inputs, 2);
  const bool is_narrow = problem.read != DType::f32;
  if (is_narrow && bias != nullptr && bias->constant == nullptr)
    return Refusal{"a bias that is computed from data would have to be narrowed"};
  problem.tf32 = request.tf32;
  problem.relu = activation && activation->kind == Activation::Kind::relu;
  // There are engines for a residual or Relu behind a bias only.
  const bool has_zero_bias = bias == nullptr && (problem.relu || problem.residual);
  problem.bias = bias != nullptr || has_zero_bias;
  const bool is_unfused = activation && !problem.relu;
  if (is_unfused) {
    if (auto refusal = refuse_unfused(*activation, problem.written)) return *refusal;
  } else {
    problem.y_pitch = request.slice_pitch;
  }
  auto planned = plan_convolution(*context.cudnn, problem, candidate + 1);
  if (std::holds_alternative<Refusal>(planned) && problem.y_pitch != 0) {
    problem.y_pitch = 0;
    planned = plan_convolution(*context.cudnn, problem, candidate + 1);
  }
  if (const auto* refusal = std::get_if<Refusal>(&planned)) return *refusal;
  auto& plans = std::get<std::vector<CudnnPlan>>(planned);
  if (std::ssize(plans) <= candidate) return Refusal{fmt::format("it proposes {} engines", plans.size())};
  auto made = std::make_shared<Made>(Made{context.cudnn, std::move(plans.back()), problem});
  if (is_unfused) made->unfused = activation;
  const auto [k, c, r, s] = problem.w;
  const std::int64_t taps = r * s, each = c * taps;
  made->weights = pack(request.weights, *request.inputs[1].constant, "[K,R,S,C]", problem.read, filters,
                       k * each, {{{1, 0, 0}, {k, each, each}, {taps, 1, c}, {c, taps, 1}}});
  made->packs_bias = is_narrow && bias != nullptr;
  if (has_zero_bias || made->packs_bias) {
    const Tensor zeros({Shape{k}, DType::f32, Layout::row_major});
    auto packed = pack_bias(request.weights, has_zero_bias ? zeros : *bias->constant, problem.read);
    if (const auto* refusal = std::get_if<Refusal>(&packed)) return *refusal;
    made->bias = std::get<Buffer>(packed);
  }
  Kernel kernel;
  kernel.implementation =
      fmt::format("cudnn engine {}{}", made->plan.engine, made->unfused ? " + unary" : "");
  kernel.workspace_bytes = made->plan.workspace_bytes;
  kernel.writes_slice = problem.y_pitch != 0;
  kernel.packed_inputs = {1};
  if (made->packs_bias) kernel.packed_inputs.push_back(2);
  kernel.bind = [made](const Binding& at) -> Launch {
    return [made, at, pack = variant_pack(*made, at)](Stream& stream) { run(*made, pack, at, stream); };
  };
  return kernel;
}

}  // namespace yy::cuda
