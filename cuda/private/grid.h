// Sizes of launches.
#pragma once

#include <cstdint>

namespace yy::cuda {

// How many blocks of `per_block` elements cover `elements`. The backend refuses tensors of 2^31 elements and
// more, so this is a legal grid.x.
constexpr unsigned blocks_for(std::int64_t elements, std::int64_t per_block) {
  return static_cast<unsigned>((elements + per_block - 1) / per_block);
}

}  // namespace yy::cuda
