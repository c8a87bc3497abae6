#include "tools/yy_bench/peak.h"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <thread>
#include <vector>

#include "cuda/cuda_backend.h"
#include "ops/gemm.h"

namespace yy {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int rounds = 5;
constexpr std::int64_t steps = 2'000'000;
constexpr int chains = 12;  // independent sums, enough to hide the latency of a multiply-add on two ports

using Vector4 [[gnu::vector_size(16)]] = float;
using Vector8 [[gnu::vector_size(32)]] = float;
using Vector16 [[gnu::vector_size(64)]] = float;

// Multiply-adds on vectors, inlined so that the target is the caller's; returns a value so that nothing is
// optimised away.
template <class Vector>
[[gnu::always_inline]] inline float multiply_add_loop(float factor) {
  Vector sums[chains] = {};
  const Vector a = Vector{} + factor, b = Vector{} + 1e-3F;
  for (std::int64_t i = 0; i < steps; ++i) {
#pragma GCC unroll 16
    for (int k = 0; k < chains; ++k) {
      sums[k] = sums[k] * a + b;
      asm("" : "+x"(sums[k]));  // keeps the compiler from folding the loop
    }
  }
  float total = 0;
#pragma GCC unroll 16
  for (int k = 0; k < chains; ++k) total += sums[k][0];
  return total;
}

[[gnu::target("avx512f")]] float loop_512(float factor) {
  return multiply_add_loop<Vector16>(factor);
}
[[gnu::target("avx2,fma")]] float loop_256(float factor) {
  return multiply_add_loop<Vector8>(factor);
}
float loop_128(float factor) {
  return multiply_add_loop<Vector4>(factor);
}

struct Loop {
  float (*run)(float);
  int width;
};

Loop widest_loop() {
  if (__builtin_cpu_supports("avx512f") != 0) return {loop_512, 16};
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) return {loop_256, 8};
  return {loop_128, 4};
}

// Seconds that `work(thread)` takes when all threads do it at once; the best of the rounds.
double best_seconds(int threads, const std::function<void(int)>& work) {
  std::vector<double> seconds(rounds, 0.0);
  std::barrier together(threads);
  const auto run = [&](int thread) {
    for (int round = 0; round < rounds; ++round) {
      together.arrive_and_wait();
      const auto start = Clock::now();
      work(thread);
      together.arrive_and_wait();
      if (thread == 0)
        seconds[static_cast<std::size_t>(round)] =
            std::chrono::duration<double>(Clock::now() - start).count();
    }
  };
  std::vector<std::jthread> others;
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(run, thread);
  run(0);
  return *std::min_element(seconds.begin(), seconds.end());
}

double measure_bfloat16_flops(const Backend& backend, int threads) {
  if (backend.support(Precision::bf16) == Support::none) return 0;
  constexpr std::int64_t n = 1024;
  const Gemm product({});
  Tensor ones({Shape{n, n}, DType::f32, Layout::row_major});
  std::ranges::fill(ones.as_mutable<float>(), 1.F);
  const Tensor left({Shape{n, n}, DType::bf16, Layout::row_major});
  const std::vector<OpInput> inputs{{true, left.desc(), nullptr}, {true, ones.desc(), &ones}};
  const std::vector<TensorDesc> outputs{left.desc()};
  WeightStore weights(settle_on(backend));
  const KernelOrRefusal made = backend.make_kernel({product, inputs, outputs, threads, weights});
  if (std::holds_alternative<Refusal>(made)) return 0;
  const auto& kernel = std::get<Kernel>(made);
  const Buffer workspace = backend.allocate(kernel.workspace_bytes);
  const Buffer from = backend.allocate(left.desc().bytes()), to = backend.allocate(left.desc().bytes());
  const Launch launch =
      kernel.bind({{{left.desc(), from.data()}, {}}, {{left.desc(), to.data()}}, workspace.data()});
  const auto stream = backend.new_stream(threads);
  stream->copy_in(from.data(), left.data(), left.desc().bytes());
  stream->wait();
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 10 * rounds; ++round) {
    const auto start = Clock::now();
    stream->run({&launch, 1});
    stream->wait();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return 2.0 * n * n * n / best;
}

}  // namespace

Peak measure_peak(const Backend& backend, int threads) {
  const Loop loop = widest_loop();
  std::vector<float> results(static_cast<std::size_t>(threads));
  const double compute =
      best_seconds(threads, [&](int t) { results[static_cast<std::size_t>(t)] = loop.run(0.999F); });

  constexpr std::size_t copied = std::size_t{192} << 20;  // per thread; beyond the caches
  std::vector<std::vector<std::byte>> from, to;
  for (int t = 0; t < threads; ++t) {
    from.emplace_back(copied, std::byte{1});
    to.emplace_back(copied, std::byte{2});
  }
  const double copy = best_seconds(threads, [&](int t) {
    const auto i = static_cast<std::size_t>(t);
    std::memcpy(to[i].data(), from[i].data(), copied);
  });
  Peak peak;
  peak.flops_per_second = 2.0 * static_cast<double>(steps) * chains * loop.width * threads / compute;
  peak.narrow_flops_per_second = measure_bfloat16_flops(backend, threads);
  peak.bytes_per_second = 2.0 * static_cast<double>(copied) * threads / copy;
  return peak;
}

Peak measure_device_peak(const Backend& backend, const CacheFlush& flush) {
  Peak peak;
  const CudaReport report = report_cuda();
  for (std::size_t i = 0; i < report.devices.size(); ++i) {
    if (backend.name() == fmt::format("cuda:{}", i))
      peak.flops_per_second = report.devices[i].flops_per_second;
  }
  const auto stream = backend.new_stream(1);
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 4 * rounds; ++round) best = std::min(best, stream->run_timed(flush.launches()));
  peak.bytes_per_second = static_cast<double>(CacheFlush::bytes_moved) / best;
  return peak;
}

}  // namespace yy
