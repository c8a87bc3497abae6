// One kernel as a Google Benchmark: made once, bound to buffers of its own, run again and again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/backend.h"
#include "tools/yy_bench/cache_flush.h"
#include "tools/yy_bench/peak.h"

namespace yy {

// An operator with the shapes and constants to time it with.
struct BenchmarkCase {
  std::string name;  // "Conv_depthwise_3x3/channels_last"
  std::shared_ptr<const Op> op;
  std::vector<OpInput> inputs;
  std::vector<TensorDesc> outputs;
  std::shared_ptr<const void> owner;  // what the constants of `inputs` live in
};

struct BenchmarkSetting {
  std::shared_ptr<const Backend> backend;
  int threads = 1;
  Peak peak;
  // What runs before each repeat where the device has caches of its own; null where kernels find their
  // tensors in the caches, as those of the CPU mostly do within a network.
  std::shared_ptr<const CacheFlush> flush;
};

// Registers the case, timed by the device's own clock. Its counters: GFLOP/s and GB/s (inputs and outputs
// once per run), and both as a fraction of the peak. A case that the device refuses is reported as an error
// when it runs.
void register_kernel(const BenchmarkCase& which, const BenchmarkSetting& setting);

}  // namespace yy
