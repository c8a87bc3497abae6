// What kernels that walk over several axes are given: how many at most, and a division that costs a
// multiplication.
#pragma once

#include <cstdint>

namespace yy::cuda {

inline constexpr int most_axes = 8;

// n / d for 0 <= n < 2^31 by one multiplication (Granlund and Montgomery, "Division by invariant integers
// using multiplication", 1994): with 2^shift the first power of two not below d, n / d is n * (1 + factor /
// 2^32) / 2^shift, rounded down.
class Divisor {
 public:
  Divisor() = default;
  explicit Divisor(std::int64_t d) : value_(static_cast<unsigned>(d)) {
    while ((std::int64_t{1} << shift_) < d) ++shift_;
    factor_ = static_cast<unsigned>((((std::uint64_t{1} << shift_) - value_) << 32) / value_ + 1);
  }
  constexpr unsigned value() const { return value_; }
  constexpr unsigned divide(unsigned n) const {
    return (static_cast<unsigned>(std::uint64_t{n} * factor_ >> 32) + n) >> shift_;
  }

 private:
  unsigned value_ = 1, factor_ = 1;
  int shift_ = 0;
};

}  // namespace yy::cuda
