// What the CPU's kernel factories share, and how they reach oneDNN.
#pragma once

#include <dnnl.hpp>
#include <omp.h>
#include <string>
#include <utility>
#include <vector>

#include "ops/activation.h"
#include "ops/round_weights.h"
#include "runtime/backend.h"
#include "runtime/kernel.h"

namespace yy::cpu {

struct Context {
  dnnl::engine engine;
};

class CpuStream : public Stream {
 public:
  CpuStream(const dnnl::engine& engine, int threads) : onednn_(engine), threads_(threads) {}

  void run(std::span<const Launch> launches) override;
  void wait() override { onednn_.wait(); }
  dnnl::stream& onednn() { return onednn_; }

 private:
  dnnl::stream onednn_;
  int threads_;
};

// Sets the number of OpenMP threads for a scope. A oneDNN primitive that is made under two threads starts a
// second one even when one thread runs it, so making and running both happen inside such a scope.
class ThreadScope {
 public:
  explicit ThreadScope(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~ThreadScope() { omp_set_num_threads(before_); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

// f(i) for i in [0, n) over the scope's threads, in contiguous shares. `work` is the sum of elements touched:
// little work stays on one thread.
template <class F>
void parallel_for(std::int64_t n, std::int64_t work, F&& f) {
  constexpr std::int64_t worth_a_thread = 1 << 15;
  if (n < 2 || work < worth_a_thread || omp_get_max_threads() == 1) {
    for (std::int64_t i = 0; i < n; ++i) f(i);
    return;
  }
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < n; ++i) f(i);
}

dnnl::memory::data_type onednn_type(DType dtype);  // of float32 or bfloat16

// A tensor as oneDNN describes it, with the memory order of its layout.
dnnl::memory::desc describe(const TensorDesc& desc);

dnnl::primitive_attr with_user_scratchpad();

// Any but erf; hard_sigmoid takes two steps.
void append(dnnl::post_ops& ops, const Activation& activation);

// One argument of a primitive and where its bytes come from when the kernel is bound.
struct Argument {
  enum class From { input, output, workspace, packed } from;
  std::size_t index = 0;  // input, output
  Buffer packed;          // packed
  int name = 0;           // DNNL_ARG_SRC...
  dnnl::memory::desc desc;
};

// `before` runs ahead of the primitive; it may be empty.
Kernel primitive_kernel(const Context& context, const dnnl::primitive& primitive, std::string implementation,
                        std::vector<Argument> arguments, const dnnl::memory::desc& scratchpad,
                        std::function<void(const Binding&)> before = {});

// `constant`, float32 in the plain order `plain`, in the order and type `wanted`. `filters` tells what
// weights belong together where they are rounded to bfloat16.
Buffer pack(const Context& context, WeightStore& weights, const Tensor& constant,
            const dnnl::memory::desc& plain, const dnnl::memory::desc& wanted, const FilterLayout& filters);

inline bool is_reference(std::string_view implementation) {
  return implementation.find("ref") != std::string_view::npos;
}

}  // namespace yy::cpu
