// The logarithm of the binomial coefficient n over k. Private to this folder.
#pragma once

#include <cmath>

namespace yy {

inline double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

}  // namespace yy
