#include "cuda/private/cublaslt_product.h"

#include <array>
#include <fmt/format.h>

#include "cuda/private/context.h"
#include "cuda/private/device_scope.h"
#include "runtime/error.h"
#include "runtime/slices.h"

namespace yy::cuda {
namespace {

using cublaslt::OperationAttribute;
using cublaslt::PreferenceAttribute;

constexpr std::uint64_t most_workspace = std::uint64_t{32} << 20;  // per worker
constexpr std::size_t oldest_version = 130000;

[[noreturn]] void refuse_cublaslt(const Libraries::CublasLt& api, const std::string& what,
                                  cublaslt::Status status) {
  throw Error(ErrorCode::device,
              fmt::format("cuBLASLt: {}: status {}, {}", what, status, api.status_text(status)));
}

void check(const Libraries::CublasLt& api, cublaslt::Status status, const char* what) {
  if (status != cublaslt::success) refuse_cublaslt(api, what, status);
}

cudaDataType type_of(DType dtype) {
  switch (dtype) {
    case DType::f16:
      return CUDA_R_16F;
    case DType::bf16:
      return CUDA_R_16BF;
    default:
      return CUDA_R_32F;
  }
}

// --- the library's descriptors ---

// Ends what the library made, by the function that goes with it. The library itself stays (libraries.cpp).
std::shared_ptr<void> own(void* raw, cublaslt::Status (*destroy)(void*)) {
  return {raw, [destroy](void* made) { destroy(made); }};
}

template <class T>
void set(const Libraries::CublasLt& api, const std::shared_ptr<void>& operation, OperationAttribute name,
         const T& value) {
  check(api, api.set_operation(operation.get(), name, &value, sizeof(value)), "an operation is refused");
}

template <class T>
void set(const Libraries::CublasLt& api, const std::shared_ptr<void>& preference, PreferenceAttribute name,
         const T& value) {
  check(api, api.set_preference(preference.get(), name, &value, sizeof(value)), "a preference is refused");
}

cublaslt::Epilogue epilogue_of(const ProductProblem& problem) {
  if (problem.bias) return problem.relu ? cublaslt::Epilogue::relu_of_bias : cublaslt::Epilogue::bias;
  return problem.relu ? cublaslt::Epilogue::relu : cublaslt::Epilogue::none;
}

// y^T = W x^T, since the library's matrices are columns: W, [columns, depth] by rows, is [depth, columns] to
// it.
std::shared_ptr<void> make_operation(const Libraries::CublasLt& api, const ProductProblem& problem,
                                     const void* bias) {
  const bool rounds = problem.tf32 && problem.read == DType::f32;
  cublaslt::RawOperation raw = nullptr;
  check(api,
        api.create_operation(&raw, rounds ? cublaslt::ComputeType::tf32 : cublaslt::ComputeType::float32,
                             CUDA_R_32F),
        "an operation cannot be made");
  std::shared_ptr<void> operation = own(raw, api.destroy_operation);
  set(api, operation, OperationAttribute::transpose_a, cublaslt::transposed);
  set(api, operation, OperationAttribute::epilogue, epilogue_of(problem));
  if (problem.bias) set(api, operation, OperationAttribute::bias_pointer, bias);
  return operation;
}

std::shared_ptr<void> make_layout(const Libraries::CublasLt& api, DType dtype, std::int64_t rows,
                                  std::int64_t columns, std::int64_t distance) {
  cublaslt::RawLayout raw = nullptr;
  check(api,
        api.create_layout(&raw, type_of(dtype), static_cast<std::uint64_t>(rows),
                          static_cast<std::uint64_t>(columns), distance),
        "a layout cannot be made");
  return own(raw, api.destroy_layout);
}

// float32 as the type to compute in promises the sums; that float32 inputs are not rounded, too. The masks
// say so once more, and forbid what the type leaves open: parts of a sum that are added up in y itself, in
// its type.
std::shared_ptr<void> make_preference(const Libraries::CublasLt& api, const ProductProblem& problem) {
  cublaslt::RawPreference raw = nullptr;
  check(api, api.create_preference(&raw), "a preference cannot be made");
  std::shared_ptr<void> preference = own(raw, api.destroy_preference);
  std::uint64_t forbidden = cublaslt::numerics::float16_sums;
  if (problem.read == DType::f32) {
    forbidden |= cublaslt::numerics::float16_inputs | cublaslt::numerics::bfloat16_inputs;
    if (!problem.tf32) forbidden |= cublaslt::numerics::tf32_inputs;
  }
  const auto aligned = static_cast<std::uint32_t>(problem.alignment()),
             y_aligned = static_cast<std::uint32_t>(problem.y_alignment());
  set(api, preference, PreferenceAttribute::workspace_bytes, most_workspace);
  set(api, preference, PreferenceAttribute::reductions, cublaslt::reductions::in_compute_type);
  set(api, preference, PreferenceAttribute::numerics, ~forbidden);
  set(api, preference, PreferenceAttribute::alignment_a, aligned);
  set(api, preference, PreferenceAttribute::alignment_b, aligned);
  set(api, preference, PreferenceAttribute::alignment_c, problem.residual ? aligned : y_aligned);
  set(api, preference, PreferenceAttribute::alignment_d, y_aligned);
  return preference;
}

}  // namespace

struct ProductLayouts {
  std::shared_ptr<void> w, x, residual, y;  // the last two are one where they lie alike
};

namespace {

std::shared_ptr<const ProductLayouts> make_layouts(const Libraries::CublasLt& api, const ProductProblem& p) {
  ProductLayouts layouts;
  layouts.w = make_layout(api, p.read, p.depth, p.columns, p.depth);
  layouts.x = make_layout(api, p.read, p.depth, p.rows, p.depth);
  layouts.y = make_layout(api, p.written, p.columns, p.rows, p.y_pitch());
  const bool differs = p.residual && p.y_pitch() != p.columns;
  layouts.residual = differs ? make_layout(api, p.written, p.columns, p.rows, p.columns) : layouts.y;
  return std::make_shared<const ProductLayouts>(std::move(layouts));
}

// What the library need not be asked about.
std::optional<Refusal> refuse_problem(const ProductProblem& p) {
  if (p.rows <= 0 || p.depth <= 0 || p.columns <= 0) return Refusal{"nothing to multiply"};
  if (!is_real(p.read) || (p.written != p.read && p.written != DType::f32))
    return Refusal{fmt::format("from {} to {} is not supported", name_of(p.read), name_of(p.written))};
  if (p.y_pitch() < p.columns)
    return Refusal{fmt::format("rows of {} that begin every {} would overlap", p.columns, p.pitch)};
  return std::nullopt;
}

void check_pointer(const ProductProblem& problem, const char* name, const void* pointer,
                   std::size_t alignment) {
  if (pointer != nullptr && reinterpret_cast<std::uintptr_t>(pointer) % alignment == 0) return;
  throw Error(ErrorCode::device, fmt::format("{}: {} should be at a multiple of {} bytes, found {}",
                                             problem.text(), name, alignment, pointer));
}

}  // namespace

std::shared_ptr<const CublasLtDevice> open_cublaslt(std::shared_ptr<const Libraries> libraries, int device) {
  const Libraries::CublasLt& api = libraries->cublaslt;
  if (!api.library.handle)
    throw Error(ErrorCode::device, fmt::format("cuBLASLt is not there: {}", api.library.trouble));
  if (api.version() < oldest_version) {
    throw Error(ErrorCode::device,
                fmt::format("cuBLASLt {} is too old; version 13.0 or newer is needed", version_text(api)));
  }
  const DeviceScope scope(device);  // which a handle belongs to
  cublaslt::Handle made = nullptr;
  check(api, api.create(&made), "a handle cannot be made");
  return std::make_shared<const CublasLtDevice>(CublasLtDevice{std::move(libraries), own(made, api.destroy)});
}

std::size_t ProductProblem::alignment() const {
  return arena_alignment;
}

std::size_t ProductProblem::y_alignment() const {
  return pitch == 0 ? arena_alignment : slice_alignment;
}

std::string ProductProblem::text() const {
  const std::string to = written == read ? "" : fmt::format(" to {}", name_of(written));
  return fmt::format("{} x {} -> {} {}{}{}{}{}{}{}{}", rows, depth, columns, name_of(read), to,
                     tf32 ? " as tf32" : "", alpha == 1 ? "" : fmt::format(", alpha {}", alpha),
                     pitch == 0 ? "" : fmt::format(", pitch {}", pitch), residual ? ", residual" : "",
                     bias ? ", bias" : "", relu ? ", relu" : "");
}

std::variant<std::vector<CublasLtPlan>, Refusal> plan_product(const CublasLtDevice& device,
                                                              const ProductProblem& problem, int most) {
  if (auto refusal = refuse_problem(problem)) return *refusal;
  const Libraries::CublasLt& api = device.api();
  try {
    // An address that is nobody's, but as aligned as the bias will be.
    const auto operation = make_operation(api, problem, reinterpret_cast<const void*>(problem.alignment()));
    const auto layouts = make_layouts(api, problem);
    const auto preference = make_preference(api, problem);
    std::vector<cublaslt::Proposal> proposals(static_cast<std::size_t>(most));
    int count = 0;
    check(api,
          api.propose(device.handle.get(), operation.get(), layouts->w.get(), layouts->x.get(),
                      layouts->residual.get(), layouts->y.get(), preference.get(), most, proposals.data(),
                      &count),
          "no algorithm is proposed");
    proposals.resize(static_cast<std::size_t>(count));
    std::vector<CublasLtPlan> plans;
    for (const cublaslt::Proposal& proposal : proposals) {
      if (proposal.status != cublaslt::success || proposal.workspace_bytes > most_workspace) continue;
      plans.push_back({problem, layouts, proposal.algorithm, proposal.workspace_bytes});
    }
    if (plans.empty()) return Refusal{"cuBLASLt: none of its algorithms fits"};
    return plans;
  } catch (const Error& error) {
    return Refusal{error.what()};
  }
}

BoundProduct::BoundProduct(std::shared_ptr<const CublasLtDevice> device, CublasLtPlan plan,
                           const ProductPointers& at)
    : device_(std::move(device)), plan_(std::move(plan)), at_(at) {
  const ProductProblem& problem = plan_.problem;
  check_pointer(problem, "x", at.x, problem.alignment());
  check_pointer(problem, "W", at.w, problem.alignment());
  check_pointer(problem, "y", at.y, problem.y_alignment());
  if (problem.residual) check_pointer(problem, "the residual", at.residual, problem.alignment());
  if (problem.bias) check_pointer(problem, "the bias", at.bias, problem.alignment());
  if (plan_.workspace_bytes > 0) check_pointer(problem, "the workspace", at.workspace, arena_alignment);
  operation_ = make_operation(device_->api(), problem, at.bias);
}

void BoundProduct::run(cudaStream_t stream) const {
  const Libraries::CublasLt& api = device_->api();
  const ProductProblem& problem = plan_.problem;
  const ProductLayouts& layouts = *plan_.layouts;
  const float alpha = problem.alpha, beta = problem.residual ? 1 : 0;
  const void* c = problem.residual ? at_.residual : at_.y;  // not read where beta is 0
  const cublaslt::Status status = api.multiply(
      device_->handle.get(), operation_.get(), &alpha, at_.w, layouts.w.get(), at_.x, layouts.x.get(), &beta,
      c, layouts.residual.get(), at_.y, layouts.y.get(), &plan_.algorithm,
      plan_.workspace_bytes > 0 ? at_.workspace : nullptr, plan_.workspace_bytes, stream);
  if (status != cublaslt::success) refuse_cublaslt(api, fmt::format("cannot run {}", problem.text()), status);
}

}  // namespace yy::cuda
