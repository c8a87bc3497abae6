// What a device can do at best: the yardsticks of the fractions that yy-bench prints.
#pragma once

#include "runtime/backend.h"
#include "tools/yy_bench/cache_flush.h"

namespace yy {

struct Peak {
  double flops_per_second = 0;  // float32 multiply-adds, two each
  // Of types of 16 bits, 0 where that is not known.
  double narrow_flops_per_second = 0;
  double bytes_per_second = 0;  // read and written by a copy far larger than the caches
};

// Of the CPU, the best of several rounds on `threads` threads at once; takes about a second. float32: in
// registers, with the widest vectors there are. Narrow: what a large product in bfloat16 reaches, since
// registers alone are no yardstick where units beside them multiply.
Peak measure_peak(const Backend& backend, int threads);

// Of a device whose memory the host does not share. float32: what its cores do by their number and highest
// clock. Bytes: what the flush moves, by the device's clock, the best of several rounds.
Peak measure_device_peak(const Backend& backend, const CacheFlush& flush);

}  // namespace yy
