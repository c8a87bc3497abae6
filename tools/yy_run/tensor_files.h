// Tensors in files, for `infer` and `compare`: which file is whose, and that what it holds fits.
// Throws Error: usage where the files are not those of the model, failure where one cannot be read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/graph.h"

namespace yy {

// A .pb file holds a TensorProto; any other is read as .npy.
Tensor read_tensor(const std::filesystem::path& file);

// A tensor for each input of the graph, in its order, from arguments NAME=FILE.
std::vector<Tensor> read_inputs(const Graph& graph, const std::vector<std::string>& arguments);

// The name of a value's file: characters outside A-Z a-z 0-9 _ . - become _.
std::string npy_file_name(std::string_view value);

}  // namespace yy
