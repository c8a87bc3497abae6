// The host's side of a tensor in a backend's memory. Where that is host memory both are the same bytes and
// moving them costs nothing; else this holds a copy. Not thread-safe.
#pragma once

#include "runtime/backend.h"

namespace yy {

class Mirror {
 public:
  Mirror() = default;

  // Of a tensor that lies at `device`, such as an executor's input.
  Mirror(const Backend& backend, TensorView device);
  // Of a tensor of its own, zeros on the host's side.
  Mirror(const Backend& backend, TensorDesc desc);

  const TensorView& device() const { return device_; }
  template <class T>
  T* as() const {
    return host_.as<T>();
  }

  // Enqueue. What was fetched is there once the stream has been waited for.
  void send(Stream& stream) const;
  void fetch(Stream& stream) const;

 private:
  Buffer device_memory_, host_memory_;  // what this owns, if anything
  TensorView device_, host_;
};

}  // namespace yy
