// The constants of one network in the form that kernels want them, made once and shared by all programs
// (sizes, thread counts) of that network. A constant that only a program had, since it was computed for its
// sizes, goes with that program.
#pragma once

#include <chrono>
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
  using Settle = std::function<Buffer(Buffer host)>;

  // Buffers are filled on the host and then moved by `settle` (Backend::upload); without it they stay.
  explicit WeightStore(Settle settle = {}) : settle_(std::move(settle)) {}

  // `source` in the form that `form` names; the first caller's `fill` makes it in a buffer of `bytes`.
  Buffer get(const Tensor& source, const std::string& form, std::size_t bytes, const Fill& fill);

  std::size_t bytes() const;    // of everything in use
  double fill_seconds() const;  // what `fill` and its memory took so far

 private:
  struct Entry {
    Tensor source;  // keeps the address, which is the key, from being reused
    Buffer packed;
    bool in_use() const { return source.is_shared() || packed.memory.use_count() > 1; }
  };
  Settle settle_;
  mutable std::mutex mutex_;
  std::map<std::pair<const void*, std::string>, Entry> entries_;
  std::chrono::duration<double> filling_{};
};

}  // namespace yy
