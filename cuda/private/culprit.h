// Which launch a device has failed in (CudaOptions::debug). An error of a kernel is the whole process's: from
// then on every call gives it, in every stream. So launches that are watched run one at a time, whatever
// stream they are in, and what any call says afterwards names the one that did it. Thread-safe.
#pragma once

#include <mutex>
#include <string>

#include "cuda/private/check.h"
#include "cuda/private/earlier_error.h"

namespace yy::cuda {

class Culprit {
 public:
  static Culprit& of_process();

  // A device has been opened, so that nothing is wrong yet: forgets what was. `watches`: it is in debug mode.
  void begin(bool watches);

  // Runs `act`, which launches and waits. Where the device fails in it, and has not before, `name` did it;
  // the EarlierError begins with it.
  template <class Act>
  void try_out(const std::string& name, const Act& act) {
    const std::lock_guard lock(mutex_);
    try {
      act();
    } catch (const EarlierError& error) {
      if (!name_.empty()) throw;
      name_ = name;
      throw EarlierError(error.status(), name + ": CUDA: " + text_of(error.status()));
    }
  }

  // What can be said of an error that comes from earlier work.
  std::string text();

 private:
  std::recursive_mutex mutex_;  // text() is called from within try_out, too
  bool watches_ = false;
  std::string name_;
};

}  // namespace yy::cuda
