// Runs kernels that compute the same on the device, on pseudo-random inputs: what they compute, and how long
// they take.
#pragma once

#include <span>
#include <vector>

#include "cuda/private/context.h"
#include "cuda/private/stream.h"

namespace yy::cuda {

// Of one request, whose constants are used as they are. Throws Error (device) where memory is short or a
// kernel fails. The device has to be current.
class Trial {
 public:
  Trial(const KernelRequest& request, const Context& context);

  std::vector<float> output(const Kernel& kernel);  // the elements of output 0 as they lie

  // Seconds that one run of each takes: the least of several rounds, in which all take turns. What they read
  // is in the caches as far as it fits.
  std::vector<double> seconds(std::span<const Kernel> kernels);

 private:
  Launch bind(const Kernel& kernel, const Buffer& workspace) const;
  std::byte* output_of(const Kernel& kernel) const;  // where output 0 begins

  const KernelRequest& request_;
  CudaStream stream_;
  std::vector<Buffer> inputs_, outputs_;
};

}  // namespace yy::cuda
