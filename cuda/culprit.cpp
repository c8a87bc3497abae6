#include "cuda/private/culprit.h"

namespace yy::cuda {

Culprit& Culprit::of_process() {
  static Culprit one;
  return one;
}

void Culprit::begin(bool watches) {
  const std::lock_guard lock(mutex_);
  watches_ = watches;
  name_.clear();
}

std::string Culprit::text() {
  const std::lock_guard lock(mutex_);
  if (!name_.empty()) return "it began with " + name_;
  return watches_ ? "no launch that was watched has failed"
                  : "work before it failed, YY_CUDA_DEBUG=1 in the environment tells which";
}

}  // namespace yy::cuda
