// The constants of one network in the form that kernels want them, made once and shared by all programs
// (batch sizes, thread counts) of that network.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "runtime/tensor.h"

namespace yy {

// Thread-safe.
class WeightStore {
 public:
  using Fill = std::function<void(void* destination)>;

  // `source` in the form that `form` names; the first caller's `fill` makes it in a buffer of `bytes`.
  Buffer get(const Tensor& source, const std::string& form, std::size_t bytes, const Fill& fill);

  std::size_t bytes() const;  // of everything made so far

 private:
  struct Entry {
    Tensor source;  // keeps the address, which is the key, from being reused
    Buffer packed;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<const void*, std::string>, Entry> entries_;
};

}  // namespace yy
