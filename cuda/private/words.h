// Words of 1 to 16 bytes: what kernels move that do not look at the elements in them.
#pragma once

#include <cstdint>

#include "cuda/private/scalar.h"

namespace yy::cuda {

using Word16 = Pack<std::uint32_t, 4>;

// Calls `use(TypeTag<W>{})` for the word of `bytes` 1, 2, 4, 8 or 16.
template <class Use>
void with_word(int bytes, Use&& use) {
  switch (bytes) {
    case 1:
      return use(TypeTag<std::uint8_t>{});
    case 2:
      return use(TypeTag<std::uint16_t>{});
    case 4:
      return use(TypeTag<std::uint32_t>{});
    case 8:
      return use(TypeTag<std::uint64_t>{});
    default:
      return use(TypeTag<Word16>{});
  }
}

}  // namespace yy::cuda
