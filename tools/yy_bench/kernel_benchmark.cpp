#include "tools/yy_bench/kernel_benchmark.h"

#include <benchmark/benchmark.h>

namespace yy {
namespace {

// Buffers for every tensor of a case, inputs filled with the same harmless numbers each time.
class BoundKernel {
 public:
  BoundKernel(const BenchmarkCase& which, const BenchmarkSetting& setting, const Kernel& kernel)
      : stream_(setting.backend->new_stream(setting.threads)) {
    Binding binding;
    for (std::size_t i = 0; i < which.inputs.size(); ++i) {
      const OpInput& input = which.inputs[i];
      binding.inputs.push_back(input.present ? filled(*setting.backend, input) : TensorView{});
    }
    for (const TensorDesc& desc : which.outputs) {
      buffers_.push_back(setting.backend->allocate(desc.bytes()));
      binding.outputs.push_back({desc, buffers_.back().data()});
    }
    buffers_.push_back(setting.backend->allocate(kernel.workspace_bytes));
    binding.workspace = buffers_.back().data();
    launch_ = kernel.bind(binding);
    stream_->wait();
  }

  double run(const CacheFlush* flush) {
    if (flush != nullptr) stream_->run(flush->launches());
    return stream_->run_timed({&launch_, 1});
  }

 private:
  TensorView filled(const Backend& backend, const OpInput& input) {
    Tensor numbers;
    const Tensor* from = input.constant;
    if (from == nullptr) {
      numbers = Tensor(input.desc);
      if (input.desc.dtype == DType::f32) {
        std::size_t i = 0;
        for (float& x : numbers.as_mutable<float>()) x = static_cast<float>(i++ % 17) * 0.0625F;
      }
      from = &numbers;
    }
    buffers_.push_back(backend.allocate(input.desc.bytes()));
    stream_->copy_in(buffers_.back().data(), from->data(), input.desc.bytes());
    return {input.desc, buffers_.back().data()};
  }

  std::vector<Buffer> buffers_;
  std::unique_ptr<Stream> stream_;
  Launch launch_;
};

double bytes_of(const BenchmarkCase& which) {
  std::size_t sum = 0;
  for (const OpInput& input : which.inputs) sum += input.present ? input.desc.bytes() : 0;
  for (const TensorDesc& desc : which.outputs) sum += desc.bytes();
  return static_cast<double>(sum);
}

void time_kernel(benchmark::State& state, const BenchmarkCase& which, const BenchmarkSetting& setting) {
  WeightStore weights(settle_on(*setting.backend));
  const KernelOrRefusal made =
      setting.backend->make_kernel({*which.op, which.inputs, which.outputs, setting.threads, weights});
  if (const auto* refusal = std::get_if<Refusal>(&made)) {
    state.SkipWithError(refusal->reason.c_str());
    return;
  }
  const auto& kernel = std::get<Kernel>(made);
  state.SetLabel(kernel.implementation);
  if (kernel.is_view) {
    for (auto _ : state) benchmark::ClobberMemory();
    return;
  }
  BoundKernel bound(which, setting, kernel);
  bound.run(nullptr);
  for (auto _ : state) state.SetIterationTime(bound.run(setting.flush.get()));

  using benchmark::Counter;
  const auto rate = [&](double per_run, double unit) {
    return Counter(per_run * static_cast<double>(state.iterations()) / unit, Counter::kIsRate);
  };
  const double flops = 2.0 * static_cast<double>(which.op->macs(which.inputs, which.outputs));
  if (flops > 0) {
    state.counters["GFLOP/s"] = rate(flops, 1e9);
    const double peak = which.inputs[0].desc.dtype == DType::f32 ? setting.peak.flops_per_second
                                                                 : setting.peak.narrow_flops_per_second;
    if (peak > 0) state.counters["of_peak_flops"] = rate(flops, peak);
  }
  state.counters["GB/s"] = rate(bytes_of(which), 1e9);
  state.counters["of_peak_bytes"] = rate(bytes_of(which), setting.peak.bytes_per_second);
}

}  // namespace

void register_kernel(const BenchmarkCase& which, const BenchmarkSetting& setting) {
  benchmark::RegisterBenchmark(
      which.name.c_str(), [which, setting](benchmark::State& state) { time_kernel(state, which, setting); })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace yy
