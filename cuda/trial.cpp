#include "cuda/private/trial.h"

#include <algorithm>
#include <cuda_fp16.h>
#include <fmt/format.h>
#include <limits>
#include <random>

#include "cuda/private/check.h"
#include "cuda/private/memory.h"
#include "runtime/bfloat16.h"
#include "runtime/error.h"
#include "runtime/slices.h"

namespace yy::cuda {
namespace {

constexpr int rounds = 5;
constexpr double least_round = 1e-3;  // seconds; shorter runs are repeated
constexpr int most_repeats = 100;

Buffer allocate(std::size_t bytes) {
  if (auto memory = try_allocate(bytes)) return *memory;
  throw Error(ErrorCode::device, fmt::format("{} bytes to measure a layer in are not there", bytes));
}

// Numbers from -1 to 1 in the type of `desc`; zeros where that is no type of numbers that layers read.
std::vector<std::byte> random_elements(const TensorDesc& desc, unsigned seed) {
  std::vector<std::byte> bytes(desc.bytes());
  if (!is_real(desc.dtype)) return bytes;
  std::minstd_rand random(seed);
  std::uniform_real_distribution<float> draw(-1, 1);
  const auto fill = [&](auto* to, const auto& convert) {
    std::generate_n(to, desc.shape.elements(), [&] { return convert(draw(random)); });
  };
  if (desc.dtype == DType::f16) {
    fill(reinterpret_cast<std::uint16_t*>(bytes.data()),
         [](float x) { return __half_as_ushort(__float2half_rn(x)); });
  } else if (desc.dtype == DType::bf16) {
    fill(reinterpret_cast<std::uint16_t*>(bytes.data()), [](float x) { return bfloat16(x).bits; });
  } else {
    fill(reinterpret_cast<float*>(bytes.data()), [](float x) { return x; });
  }
  return bytes;
}

float to_float(DType dtype, const std::byte* at) {
  if (dtype == DType::f32) return *reinterpret_cast<const float*>(at);
  const std::uint16_t bits = *reinterpret_cast<const std::uint16_t*>(at);
  if (dtype == DType::f16) return __half2float(__ushort_as_half(bits));
  bfloat16 narrow;
  narrow.bits = bits;
  return static_cast<float>(narrow);
}

}  // namespace

Trial::Trial(const KernelRequest& request, const Context& context)
    : request_(request), stream_(context.device) {
  unsigned seed = 1;
  for (const OpInput& input : request.inputs) {
    inputs_.push_back(allocate(input.present ? input.desc.bytes() : 0));
    if (!input.present) continue;
    const std::vector<std::byte> drawn =
        input.constant == nullptr ? random_elements(input.desc, seed++) : std::vector<std::byte>();
    stream_.copy_in(inputs_.back().data(), input.constant == nullptr ? drawn.data() : input.constant->data(),
                    input.desc.bytes());
  }
  for (std::size_t i = 0; i < request.outputs.size(); ++i) {
    const TensorDesc& desc = request.outputs[i];
    const bool is_slice = i == 0 && request.slice_pitch > 0;
    const std::int64_t pixels = is_slice ? desc.shape.elements() / desc.shape[1] : 0;
    const std::size_t whole = static_cast<std::size_t>(pixels * request.slice_pitch) * size_of(desc.dtype);
    outputs_.push_back(allocate(std::max(desc.bytes(), whole) + slice_alignment));
  }
}

// A slice is aligned no better than it has to be.
std::byte* Trial::output_of(const Kernel& kernel) const {
  return static_cast<std::byte*>(outputs_[0].data()) + (kernel.writes_slice ? slice_alignment : 0);
}

Launch Trial::bind(const Kernel& kernel, const Buffer& workspace) const {
  Binding at;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const bool bound = request_.inputs[i].present && !kernel.packs(i);
    at.inputs.push_back({request_.inputs[i].desc, bound ? inputs_[i].data() : nullptr});
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    at.outputs.push_back({request_.outputs[i], i == 0 ? output_of(kernel) : outputs_[i].data()});
  at.workspace = kernel.workspace_bytes > 0 ? workspace.data() : nullptr;
  return kernel.bind(at);
}

std::vector<float> Trial::output(const Kernel& kernel) {
  const TensorDesc& y = request_.outputs[0];
  const Buffer workspace = allocate(kernel.workspace_bytes);
  const Launch launch = bind(kernel, workspace);
  YY_CUDA(cudaMemsetAsync(outputs_[0].data(), 0xFF, outputs_[0].bytes, stream_.get()));  // NaN
  stream_.run({&launch, 1});
  std::vector<std::byte> bytes(outputs_[0].bytes);
  stream_.copy_out(bytes.data(), outputs_[0].data(), bytes.size());
  stream_.wait();
  std::vector<float> elements(static_cast<std::size_t>(y.shape.elements()));
  const std::size_t row = kernel.writes_slice ? static_cast<std::size_t>(y.shape[1]) : elements.size();
  const std::size_t to_next = kernel.writes_slice ? static_cast<std::size_t>(request_.slice_pitch) : row;
  const std::byte* from = bytes.data() + (output_of(kernel) - static_cast<std::byte*>(outputs_[0].data()));
  for (std::size_t i = 0; i < elements.size(); ++i)
    elements[i] = to_float(y.dtype, from + (i / row * to_next + i % row) * size_of(y.dtype));
  return elements;
}

std::vector<double> Trial::seconds(std::span<const Kernel> kernels) {
  std::vector<Buffer> workspaces;
  std::vector<std::vector<Launch>> runs;
  for (const Kernel& kernel : kernels) {
    const Launch launch = bind(kernel, workspaces.emplace_back(allocate(kernel.workspace_bytes)));
    stream_.run_timed({&launch, 1});  // whatever happens only once
    const double once = stream_.run_timed({&launch, 1});
    const double wanted = std::clamp(least_round / std::max(once, 1e-9), 1.0, double{most_repeats});
    runs.emplace_back(static_cast<std::size_t>(wanted), launch);
  }
  std::vector<double> least(kernels.size(), std::numeric_limits<double>::infinity());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < runs.size(); ++i)
      least[i] = std::min(least[i], stream_.run_timed(runs[i]) / static_cast<double>(runs[i].size()));
  }
  return least;
}

}  // namespace yy::cuda
