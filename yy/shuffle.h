// The same order from the same seed on every machine, which the standard library's shuffle does not promise.
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace yy {

template <class T>
void shuffle_by_seed(std::vector<T>& values, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random() % i]);
}

}  // namespace yy
