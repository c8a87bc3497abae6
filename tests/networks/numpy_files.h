// Reads numpy's float32 arrays, alone (.npy) or in an archive (.npz), for reference data. Throws
// std::runtime_error.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace yy::test {

struct FloatArray {
  std::vector<long> shape;
  std::vector<float> values;
};

FloatArray read_npy(const std::string& file);
std::map<std::string, FloatArray> read_npz(const std::string& file);

}  // namespace yy::test
