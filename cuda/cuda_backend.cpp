#include "cuda/cuda_backend.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

#include "cuda/private/backend.h"
#include "cuda/private/context.h"
#include "cuda/private/cudnn_graph.h"
#include "cuda/private/device_scope.h"
#include "cuda/private/devices.h"
#include "cuda/private/libraries.h"
#include "cuda/private/stream.h"
#include "ops/devices.h"
#include "runtime/error.h"

namespace yy {
namespace cuda {

#define YY_DEVICE devices::CUDA
#include "ops/kernel_table.inc"
#undef YY_DEVICE

namespace {

constexpr std::int64_t most_elements = (std::int64_t{1} << 31) - 1;  // kernels count in 32 bits

// The first tensor of a request that is too large for the kernels, or null.
const TensorDesc* too_large(const KernelRequest& request) {
  for (const OpInput& input : request.inputs) {
    if (input.present && input.desc.shape.elements() > most_elements) return &input.desc;
  }
  for (const TensorDesc& output : request.outputs) {
    if (output.shape.elements() > most_elements) return &output;
  }
  return nullptr;
}

Context describe(int device, std::shared_ptr<const Libraries> libraries, bool with_cudnn) {
  Context context;
  context.device = device;
  cudaDeviceProp properties{};
  YY_CUDA(cudaGetDeviceProperties(&properties, device));
  context.name = properties.name;
  context.major = properties.major;
  context.minor = properties.minor;
  context.multiprocessors = properties.multiProcessorCount;
  context.libraries = std::move(libraries);
  if (!with_cudnn) {
    context.cudnn_trouble = "it is not asked for (YY_CUDNN=1)";
    return context;
  }
  try {
    context.cudnn = open_cudnn(context.libraries, device);
  } catch (const Error& error) {
    context.cudnn_trouble = error.what();
  }
  return context;
}

class CudaBackend : public Backend {
 public:
  CudaBackend(int device, std::shared_ptr<const Libraries> libraries, bool with_cudnn)
      : context_(describe(device, std::move(libraries), with_cudnn)), name_(fmt::format("cuda:{}", device)) {}

  std::string_view name() const override { return name_; }

  Support support(Precision precision) const override {
    const bool has_bf16 = context_.major >= 8;
    return precision == Precision::bf16 && !has_bf16 ? Support::none : Support::native;
  }

  KernelOrRefusal make_kernel(const KernelRequest& request) const override {
    const KernelRow* row = find_kernel_row(request.op.name());
    if (row == nullptr) {
      return Refusal{fmt::format("operator '{}' is not known to this device", request.op.name())};
    }
    if (!row->promised) return Refusal{fmt::format("{} has no CUDA kernel", row->name)};
    if (const TensorDesc* tensor = too_large(request)) {
      return Refusal{fmt::format("{} has more than {} elements", tensor->text(), most_elements)};
    }
    const bool no_elements = std::all_of(request.outputs.begin(), request.outputs.end(),
                                         [](const TensorDesc& out) { return out.bytes() == 0; });
    if (no_elements) return kernel_of("nothing", [](const Binding&, cudaStream_t) {});
    const DeviceScope scope(context_.device);
    return row->make(request, context_);
  }

  Buffer allocate(std::size_t bytes) const override {
    const DeviceScope scope(context_.device);
    void* memory = nullptr;
    const cudaError_t status = cudaMalloc(&memory, std::max<std::size_t>(bytes, 1));
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // not sticky
      refuse_memory(bytes);
    }
    YY_CUDA(status);
    return {std::shared_ptr<void>(memory, [](void* taken) { cudaFree(taken); }), bytes};
  }

  Buffer upload(Buffer host) const override {
    Buffer buffer = allocate(host.bytes);
    const DeviceScope scope(context_.device);
    const StreamHandle stream = make_stream();
    YY_CUDA(cudaMemcpyAsync(buffer.data(), host.data(), host.bytes, cudaMemcpyHostToDevice, stream.get()));
    YY_CUDA(cudaStreamSynchronize(stream.get()));
    return buffer;
  }

  // What cudaMalloc gives, and so what cuDNN's workspaces usually have.
  std::size_t alignment() const override { return 256; }

  bool host_memory() const override { return false; }

  std::unique_ptr<Stream> new_stream(int) const override {
    auto stream = std::make_unique<CudaStream>(context_.device);
    if (context_.cudnn != nullptr) {
      const DeviceScope scope(context_.device);
      stream->cudnn(context_.libraries);  // takes its time and memory now rather than in the first launch
    }
    return stream;
  }

 private:
  [[noreturn]] void refuse_memory(std::size_t bytes) const {
    std::size_t free = 0, total = 0;
    YY_CUDA(cudaMemGetInfo(&free, &total));
    throw Error(ErrorCode::device,
                fmt::format("{} ({}) is {} bytes short: {} are needed in one piece, {} of {} are free", name_,
                            context_.name, bytes > free ? bytes - free : 0, bytes, free, total));
  }

  Context context_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Backend> make_backend(int device, std::shared_ptr<const Libraries> libraries,
                                      bool with_cudnn) {
  if (const std::string trouble = driver_trouble(); !trouble.empty()) {
    throw Error(ErrorCode::device, "no CUDA device can be used: " + trouble);
  }
  const int count = device_count();
  if (device < 0 || device >= count) {
    throw Error(ErrorCode::device, fmt::format("device cuda:{} is not there: found {} CUDA {}, cuda:0{}",
                                               device, count, count == 1 ? "device" : "devices",
                                               count > 1 ? fmt::format(" to cuda:{}", count - 1) : ""));
  }
  if (const std::string trouble = device_trouble(device); !trouble.empty()) {
    throw Error(ErrorCode::device, fmt::format("device cuda:{} cannot be used: {}", device, trouble));
  }
  return std::make_unique<CudaBackend>(device, std::move(libraries), with_cudnn);
}

}  // namespace cuda

std::unique_ptr<Backend> make_cuda_backend(int device) {
  const char* with_cudnn = std::getenv("YY_CUDNN");
  return cuda::make_backend(device, std::make_shared<const cuda::Libraries>(cuda::open_libraries()),
                            with_cudnn != nullptr && std::string_view(with_cudnn) == "1");
}

}  // namespace yy
