// Where benchmark cases come from: the operator cases of the tests, and the layers of real models.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "tools/yy_bench/kernel_benchmark.h"

namespace yy {

// Every explicit case of tests/cases in the layouts it allows, those with zero elements left out.
std::vector<BenchmarkCase> operator_cases(const Backend& backend);

// The distinct steps of a model as it is compiled for `batch`, named MODEL/OPERATOR/SHAPES.
std::vector<BenchmarkCase> model_cases(const std::filesystem::path& onnx_file, std::int64_t batch,
                                       int threads, Precision precision,
                                       std::shared_ptr<const Backend> backend);

}  // namespace yy
