#include "tools/yy_run/tensor_files.h"

#include <fmt/format.h>
#include <map>
#include <optional>

#include "onnx/loader.h"
#include "runtime/error.h"
#include "tools/yy_run/npy.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, what);
}

// Names may hold '='; the longest input that fits counts.
std::map<std::string, std::string> files_by_input(const Graph& graph,
                                                  const std::vector<std::string>& arguments) {
  std::map<std::string, std::string> files;
  std::string problems;
  for (const std::string& argument : arguments) {
    std::optional<std::string> name;
    for (ValueId id : graph.inputs) {
      const std::string& input = graph.value(id).name;
      if (argument.starts_with(input + "=") && input.size() >= name.value_or("").size()) name = input;
    }
    if (!name && argument.find('=') == std::string::npos) {
      refuse(fmt::format("--input should be NAME=FILE, found '{}'", argument));
    }
    if (!name) {
      problems += fmt::format("\n  the model has no input '{}'", argument.substr(0, argument.find('=')));
    } else if (!files.emplace(*name, argument.substr(name->size() + 1)).second) {
      problems += fmt::format("\n  input '{}' is given twice", *name);
    }
  }
  for (ValueId id : graph.inputs) {
    const Value& input = graph.value(id);
    if (!files.contains(input.name))
      problems += fmt::format("\n  input '{}' {} is missing", input.name, input.desc.text());
  }
  if (!problems.empty()) refuse("the inputs given are not those of the model:" + problems);
  return files;
}

bool fits(const TensorDesc& expected, const TensorDesc& found) {
  if (expected.dtype != found.dtype || expected.shape.rank() != found.shape.rank()) return false;
  for (std::size_t i = 0; i < expected.shape.rank(); ++i) {
    if (expected.shape[i] != unknown_dim && expected.shape[i] != found.shape[i]) return false;
  }
  return true;
}

}  // namespace

Tensor read_tensor(const fs::path& file) {
  if (file.extension() != ".pb") return read_npy(file);
  try {
    return load_tensor_pb(file);
  } catch (const Error& error) {
    throw Error(ErrorCode::failure, error.what());  // it is no model that we refuse
  }
}

std::vector<Tensor> read_inputs(const Graph& graph, const std::vector<std::string>& arguments) {
  const auto files = files_by_input(graph, arguments);
  std::vector<Tensor> tensors;
  for (ValueId id : graph.inputs) {
    const Value& input = graph.value(id);
    const std::string& file = files.at(input.name);
    tensors.push_back(read_tensor(file));
    const TensorDesc& found = tensors.back().desc();
    if (!fits(input.desc, found)) {
      refuse(fmt::format("input '{}': expected {}, found {} in {}", input.name, input.desc.text(),
                         found.text(), file));
    }
  }
  return tensors;
}

std::string npy_file_name(std::string_view value) {
  std::string name(value);
  for (char& c : name) {
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.' || c == '-';
    if (!kept) c = '_';
  }
  return name + ".npy";
}

}  // namespace yy
