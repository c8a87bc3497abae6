// Reads numpy's .npz archives of float32 arrays, for reference data. Throws std::runtime_error.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace yy::test {

struct FloatArray {
  std::vector<long> shape;
  std::vector<float> values;
};

std::map<std::string, FloatArray> read_npz(const std::string& file);

}  // namespace yy::test
