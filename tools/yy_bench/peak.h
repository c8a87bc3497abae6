// What this machine can do at best, measured: the yardsticks of the fractions that yy-bench prints.
#pragma once

#include "runtime/backend.h"

namespace yy {

struct Peak {
  double flops_per_second =
      0;  // float32 multiply-adds (two each) in registers, with the widest vectors there are
  // What a large matrix product reaches: registers alone are no yardstick where units beside them multiply. 0
  // where the device has no bfloat16.
  double bfloat16_flops_per_second = 0;
  double bytes_per_second = 0;  // read and written by a copy far larger than the caches
};

// Best of several rounds on `threads` threads at once; takes about a second.
Peak measure_peak(const Backend& backend, int threads);

}  // namespace yy
