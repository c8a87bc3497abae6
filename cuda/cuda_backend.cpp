#include "cuda/cuda_backend.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

#include "cuda/private/backend.h"
#include "cuda/private/choose.h"
#include "cuda/private/context.h"
#include "cuda/private/cublaslt_product.h"
#include "cuda/private/cudnn_graph.h"
#include "cuda/private/culprit.h"
#include "cuda/private/device_scope.h"
#include "cuda/private/devices.h"
#include "cuda/private/libraries.h"
#include "cuda/private/memory.h"
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

// What a tuning file's entries hold for.
std::string machine_text(const Context& context) {
  const auto version = [](const std::string& text) { return text.empty() ? "none" : text; };
  return fmt::format("{}, compute capability {}.{}, {} multiprocessors, cuDNN {}, cuBLASLt {}, yinyang {}",
                     context.name, context.major, context.minor, context.multiprocessors,
                     version(version_text(context.libraries->cudnn)),
                     version(version_text(context.libraries->cublaslt)), YY_VERSION);
}

// Opens a library, or says why it is not used.
template <class Open, class Device>
void open(bool wanted, const char* variable, const Open& open_library, std::shared_ptr<const Device>& opened,
          std::string& trouble) {
  if (!wanted) {
    trouble = fmt::format("it is not asked for ({}=1)", variable);
    return;
  }
  try {
    opened = open_library();
  } catch (const Error& error) {
    trouble = error.what();
  }
}

Context describe(int device, std::shared_ptr<const Libraries> libraries, Uses uses,
                 const CudaOptions& options) {
  Context context;
  context.device = device;
  cudaDeviceProp properties{};
  YY_CUDA(cudaGetDeviceProperties(&properties, device));
  context.name = properties.name;
  context.major = properties.major;
  context.minor = properties.minor;
  context.multiprocessors = properties.multiProcessorCount;
  context.libraries = std::move(libraries);
  const bool tunes = !options.tuning_file.empty();
  open(
      tunes || uses.cudnn, "YY_CUDNN", [&] { return open_cudnn(context.libraries, device); }, context.cudnn,
      context.cudnn_trouble);
  open(
      tunes || uses.cublaslt, "YY_CUBLASLT", [&] { return open_cublaslt(context.libraries, device); },
      context.cublaslt, context.cublaslt_trouble);
  if (tunes)
    context.tuning =
        std::make_shared<Tuning>(TuningFile(options.tuning_file, machine_text(context), options.warn));
  return context;
}

class CudaBackend : public Backend {
 public:
  CudaBackend(int device, std::shared_ptr<const Libraries> libraries, Uses uses, const CudaOptions& options)
      : context_(describe(device, std::move(libraries), uses, options)),
        name_(fmt::format("cuda:{}", device)),
        streams_{options.graphs, options.debug} {
    Culprit::of_process().begin(options.debug);
  }

  std::string_view name() const override { return name_; }

  Support support(Precision precision) const override {
    const bool since_ampere = precision == Precision::bf16 || precision == Precision::tf32;
    return since_ampere && context_.major < 8 ? Support::none : Support::native;
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
    if (auto memory = try_allocate(bytes)) return *memory;
    refuse_memory(bytes);
  }

  Buffer upload(Buffer host) const override {
    Buffer buffer = allocate(host.bytes);
    const DeviceScope scope(context_.device);
    const StreamHandle stream = make_stream();
    YY_CUDA(cudaMemcpyAsync(buffer.data(), host.data(), host.bytes, cudaMemcpyHostToDevice, stream.get()));
    YY_CUDA(cudaStreamSynchronize(stream.get()));
    return buffer;
  }

  std::size_t alignment() const override { return arena_alignment; }

  bool host_memory() const override { return false; }

  std::unique_ptr<Stream> new_stream(int) const override {
    return prepared(std::make_unique<CudaStream>(context_.device, streams_));
  }

  std::unique_ptr<Stream> borrow(cudaStream_t stream) const {
    return prepared(std::make_unique<CudaStream>(context_.device, stream, streams_));
  }

  Buffer allocate_staging(std::size_t bytes) const override {
    const DeviceScope scope(context_.device);
    return {std::shared_ptr<std::byte>(make_pinned(std::max<std::size_t>(bytes, 1))), bytes};
  }

  std::unique_ptr<Event> new_event() const override { return std::make_unique<CudaEvent>(context_.device); }

 private:
  std::unique_ptr<Stream> prepared(std::unique_ptr<CudaStream> stream) const {
    if (context_.cudnn == nullptr) return stream;
    const DeviceScope scope(context_.device);
    stream->cudnn(context_.libraries);  // takes its time and memory now rather than in the first launch
    return stream;
  }

  [[noreturn]] void refuse_memory(std::size_t bytes) const {
    std::size_t free = 0, total = 0;
    YY_CUDA(cudaMemGetInfo(&free, &total));
    throw Error(ErrorCode::device,
                fmt::format("{} ({}) is {} bytes short: {} are needed in one piece, {} of {} are free", name_,
                            context_.name, bytes > free ? bytes - free : 0, bytes, free, total));
  }

  Context context_;
  std::string name_;
  StreamOptions streams_;
};

}  // namespace

std::unique_ptr<Backend> make_backend(int device, std::shared_ptr<const Libraries> libraries, Uses uses,
                                      const CudaOptions& options) {
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
  return std::make_unique<CudaBackend>(device, std::move(libraries), uses, options);
}

}  // namespace cuda

std::unique_ptr<Backend> make_cuda_backend(int device, const CudaOptions& options) {
  const auto is_set = [](const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && std::string_view(value) == "1";
  };
  CudaOptions all = options;
  all.debug = options.debug || is_set("YY_CUDA_DEBUG");
  return cuda::make_backend(device, std::make_shared<const cuda::Libraries>(cuda::open_libraries()),
                            {is_set("YY_CUDNN"), is_set("YY_CUBLASLT")}, all);
}

std::unique_ptr<Stream> borrow_cuda_stream(const Backend& backend, CUstream_st* stream) {
  if (const auto* cuda = dynamic_cast<const cuda::CudaBackend*>(&backend)) return cuda->borrow(stream);
  throw Error(ErrorCode::usage,
              fmt::format("a CUDA stream is for a CUDA device, the device is {}", backend.name()));
}

}  // namespace yy
