#include "yy/block.h"

#include <cstring>

namespace yy {

Block::Block(const Backend& backend, const std::vector<TensorDesc>& descs, bool is_staged) {
  std::size_t bytes = 0;
  for (const TensorDesc& desc : descs) {
    offsets_.push_back(bytes);
    bytes += (desc.bytes() + 255) / 256 * 256;
  }
  device_ = backend.allocate(bytes);
  for (std::size_t i = 0; i < descs.size(); ++i)
    device_views_.push_back({descs[i], static_cast<std::byte*>(device_.data()) + offsets_[i]});
  if (!is_staged) return;
  host_ = backend.allocate_staging(bytes);
  std::memset(host_.data(), 0, bytes);
}

void Block::upload(Stream& stream) const {
  stream.upload(device_.data(), host_.data(), host_.bytes);
}

void Block::upload(Stream& stream, std::size_t i, std::size_t from, std::size_t bytes) const {
  stream.upload(device_views_[i].as<std::byte>() + from, host<std::byte>(i) + from, bytes);
}

void Block::download(Stream& stream) const {
  stream.download(host_.data(), device_.data(), host_.bytes);
}

}  // namespace yy
