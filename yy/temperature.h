// Makes confidences readable: after the fit, of the answers said to be right with probability p about that
// share is, over pictures like those of the fit. One number per network divides the logarithms of its
// probabilities (C. Guo, G. Pleiss, Y. Sun, K. Weinberger, "On Calibration of Modern Neural Networks", ICML
// 2017). It changes no answer, and no picture's place in a network's order of confidence, so it makes no
// cascade quicker.
//
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace yy {

inline constexpr double least_temperature = 0.1, largest_temperature = 10;

// The temperature under which the right classes are likeliest. `distributions`: one row of `classes`
// probabilities per picture. `truth`: the right class of each, or -1 for pictures to leave out. 1 where there
// is none to fit on.
double fit_temperature(std::span<const float> distributions, std::size_t classes, std::span<const int> truth);

// How far the probabilities that are told are from the shares that are right.
struct Reliability {
  struct Bin {
    std::int64_t images = 0;
    double told = 0, right = 0;  // means over the bin's pictures; 0 where it has none
  };
  std::vector<Bin> bins;  // of equal width, from 0 to 1
  std::int64_t images = 0;
  // Expected calibration error: |told - right|, the mean over pictures of their bin's.
  double error = 0;
};

// By picture: what is told of the answer, and whether it is right. NaN is left out.
Reliability reliability_of(std::span<const float> probabilities, const std::vector<bool>& right,
                           std::size_t bins = 10);

}  // namespace yy
