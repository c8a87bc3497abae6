// The programs of one network by what they were compiled for, made on first use: the most recently used ones
// are kept. One that is dropped lives on with whoever runs it.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/backend.h"
#include "runtime/program.h"

namespace yy {

struct ProgramKey {
  std::vector<Shape> inputs;
  int threads = 1;
  Precision precision = Precision::f32;
  int variant = 0;  // which nodes a classifier appends

  bool operator==(const ProgramKey&) const = default;
};

// Thread-safe. A program that several threads ask for at once is made once; meanwhile others are found or
// made.
class ProgramCache {
 public:
  using Make = std::function<std::shared_ptr<const Program>()>;

  // Keeps up to `capacity` programs, at least one.
  explicit ProgramCache(std::size_t capacity) : capacity_(capacity) {}

  // What `make` throws goes to all who wait for it, and is not kept.
  std::shared_ptr<const Program> get(const ProgramKey& key, const Make& make);

  std::size_t size() const;

 private:
  struct Entry {
    ProgramKey key;
    std::shared_future<std::shared_ptr<const Program>> program;
  };
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;  // the most recently used first
};

}  // namespace yy
