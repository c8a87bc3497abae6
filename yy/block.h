// Tensors one behind the other, each at a multiple of 256 bytes, on the device and, where the host fills or
// reads them, in staging memory too.
#pragma once

#include <cstddef>
#include <vector>

#include "runtime/backend.h"

namespace yy {

class Block {
 public:
  // The host's side is zeros.
  Block(const Backend& backend, const std::vector<TensorDesc>& descs, bool is_staged = true);

  const TensorView& device(std::size_t i) const { return device_views_[i]; }
  template <class T>
  T* host(std::size_t i) const {
    return reinterpret_cast<T*>(static_cast<std::byte*>(host_.data()) + offsets_[i]);
  }

  // Enqueue, whole or `bytes` of one tensor from byte `from` on. The host's side has to stay as it is until
  // the stream has got there.
  void upload(Stream& stream) const;
  void upload(Stream& stream, std::size_t i, std::size_t from, std::size_t bytes) const;
  void download(Stream& stream) const;

 private:
  Buffer device_, host_;
  std::vector<std::size_t> offsets_;
  std::vector<TensorView> device_views_;
};

}  // namespace yy
