#include "tools/yy_run/infer_command.h"

#include <cctype>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <optional>

#include "cpu/cpu_backend.h"
#include "onnx/loader.h"
#include "runtime/executor.h"
#include "tools/yy_run/npy.h"
#include "tools/yy_run/output_file.h"
#include "tools/yy_run/run_options.h"
#include "yy/network.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

struct InferOptions {
  std::string model;
  std::vector<std::string> inputs;  // NAME=FILE
  std::string output_dir;
  int threads = 1;
  std::string device = "auto";
  std::string precision = "f32";
};

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

Tensor read_tensor(const std::string& file) {
  if (fs::path(file).extension() != ".pb") return read_npy(file);
  try {
    return load_tensor_pb(file);
  } catch (const Error& error) {
    throw Error(ErrorCode::failure, error.what());  // it is no model that we refuse
  }
}

bool fits(const TensorDesc& expected, const TensorDesc& found) {
  if (expected.dtype != found.dtype || expected.shape.rank() != found.shape.rank()) return false;
  for (std::size_t i = 0; i < expected.shape.rank(); ++i) {
    if (expected.shape[i] != unknown_dim && expected.shape[i] != found.shape[i]) return false;
  }
  return true;
}

// Reads the inputs, in the model's order, and closes the dimensions that the model leaves open.
std::vector<Tensor> read_inputs(Graph& graph, const std::vector<std::string>& arguments) {
  const auto files = files_by_input(graph, arguments);
  std::vector<Tensor> tensors;
  for (ValueId id : graph.inputs) {
    Value& input = graph.value(id);
    const std::string& file = files.at(input.name);
    tensors.push_back(read_tensor(file));
    const TensorDesc& found = tensors.back().desc();
    if (!fits(input.desc, found)) {
      refuse(fmt::format("input '{}': expected {}, found {} in {}", input.name, input.desc.text(),
                         found.text(), file));
    }
    input.desc.shape = found.shape;
  }
  return tensors;
}

// The file of each output; two that would share one are refused.
std::vector<fs::path> output_files(const Graph& graph, const fs::path& folder) {
  std::map<std::string, std::string> taken;  // file name -> output
  std::vector<fs::path> files;
  for (ValueId id : graph.outputs) {
    const std::string& output = graph.value(id).name;
    const std::string file = npy_file_name(output);
    const auto [other, is_new] = taken.emplace(file, output);
    if (!is_new) {
      throw Error(ErrorCode::model, fmt::format("outputs '{}' and '{}' would both be written to {}",
                                                other->second, output, file));
    }
    files.push_back(folder / file);
  }
  return files;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder)) {
    throw Error(ErrorCode::failure,
                fmt::format("{}: the folder cannot be made: {}", folder.string(), error.message()));
  }
}

std::int64_t batch_of(const Graph& graph) {
  for (ValueId id : graph.inputs) {
    const Shape& shape = graph.value(id).desc.shape;
    if (shape.rank() > 0) return shape[0];
  }
  return 1;
}

ExitCode infer(const InferOptions& options) {
  Graph graph = load_onnx(options.model).graph;
  const std::vector<fs::path> files =
      output_files(graph, options.output_dir);  // names before passes rename outputs
  const std::vector<Tensor> inputs = read_inputs(graph, options.inputs);
  const std::int64_t batch = batch_of(graph);

  const Network network(std::move(graph), options.model, make_cpu_backend());
  NetworkOptions how;
  how.batch = batch;
  how.threads = options.threads;
  how.precision = choose_precision(options.precision, network.backend());
  const auto program = network.compile(how);
  Executor executor(program, network.backend().allocate(program->memory().arena_bytes));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::memcpy(executor.input(i).data, inputs[i].data(), inputs[i].desc().bytes());
  }
  const auto stream = network.backend().new_stream(options.threads);
  executor.run(*stream);
  stream->wait();

  make_folder(options.output_dir);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const TensorView& output = executor.output(i);
    OutputFile file(files[i].string(), OutputFile::Leftover::remove);
    file.write(npy_header(output.desc));
    file.write({static_cast<const char*>(output.data), output.desc.bytes()});
    file.commit();
  }
  return ExitCode::ok;
}

}  // namespace

std::string npy_file_name(std::string_view output) {
  std::string name(output);
  for (char& c : name) {
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.' || c == '-';
    if (!kept) c = '_';
  }
  return name + ".npy";
}

Command add_infer_command(CLI::App& app) {
  auto options = std::make_shared<InferOptions>();
  CLI::App* command = app.add_subcommand("infer", "Run a network on raw tensors");
  command->add_option("MODEL", options->model, "An ONNX file")->required();
  command->add_option("--input", options->inputs, "A tensor for an input; once for each")
      ->allow_extra_args(false)
      ->type_name("NAME=FILE.npy|FILE.pb");
  command->add_option("--output-dir", options->output_dir, "Where NAME.npy is written for each output")
      ->required()
      ->type_name("DIR");
  add_threads_option(*command, options->threads);
  add_device_option(*command, options->device);
  add_precision_option(*command, options->precision);
  return {command, [options] { return infer(*options); }};
}

}  // namespace yy
