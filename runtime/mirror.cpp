#include "runtime/mirror.h"

namespace yy {

Mirror::Mirror(const Backend& backend, TensorView device) : device_(std::move(device)), host_(device_) {
  if (backend.host_memory()) return;
  host_memory_ = allocate_host(device_.desc.bytes());
  host_.data = host_memory_.data();
}

Mirror::Mirror(const Backend& backend, TensorDesc desc) : device_memory_(backend.allocate(desc.bytes())) {
  Buffer memory = device_memory_;
  *this = Mirror(backend, TensorView{std::move(desc), memory.data()});
  device_memory_ = std::move(memory);
}

void Mirror::send(Stream& stream) const {
  if (host_.data != device_.data && device_.data != nullptr)
    stream.copy_in(device_.data, host_.data, device_.desc.bytes());
}

void Mirror::fetch(Stream& stream) const {
  if (host_.data != device_.data && device_.data != nullptr)
    stream.copy_out(host_.data, device_.data, device_.desc.bytes());
}

}  // namespace yy
