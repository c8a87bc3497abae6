// Runs the tests where there is a GPU; ends with 77 and the reason where there is none.
#include <gtest/gtest.h>
#include <iostream>

#include "cuda/cuda_backend.h"

int main(int argc, char** argv) {
  const yy::CudaReport cuda = yy::report_cuda();
  std::string trouble = cuda.trouble;
  if (trouble.empty()) trouble = cuda.devices.at(0).trouble;
  if (!trouble.empty()) {
    std::cout << "skipped: " << trouble << '\n';
    return 77;
  }
  std::cout << "on " << cuda.devices[0].name << ", compute capability " << cuda.devices[0].capability << '\n';
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
