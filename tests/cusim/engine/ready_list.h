// Threads that can go on, in the order in which they became ready or in a random one.
#pragma once

#include <vector>

#include "tests/cusim/engine/settings.h"

namespace yy::cusim {

struct Thread;

class ReadyList {
 public:
  bool empty() const { return first_ == threads_.size(); }
  void push(Thread* thread) { threads_.push_back(thread); }

  Thread* take(bool random) {
    if (random) {
      Thread*& chosen = threads_[first_ + random_below(threads_.size() - first_)];
      Thread* thread = chosen;
      chosen = threads_.back();
      threads_.pop_back();
      return thread;
    }
    Thread* thread = threads_[first_++];
    if (first_ == threads_.size() || first_ == most_taken) {
      threads_.erase(threads_.begin(), threads_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    return thread;
  }

 private:
  static constexpr std::size_t most_taken = 65536;  // before the list is moved to its beginning
  std::vector<Thread*> threads_;
  std::size_t first_ = 0;
};

}  // namespace yy::cusim
