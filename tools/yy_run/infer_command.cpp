#include "tools/yy_run/infer_command.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <map>

#include "onnx/loader.h"
#include "tools/yy_run/npy.h"
#include "tools/yy_run/output_file.h"
#include "tools/yy_run/raw_run.h"
#include "tools/yy_run/tensor_files.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

struct InferOptions {
  RawRunOptions run;
  std::string output_dir;
};

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

ExitCode infer(const InferOptions& options) {
  const Graph graph = load_onnx(options.run.model).graph;
  const std::vector<fs::path> files = output_files(graph, options.output_dir);
  const std::vector<Tensor> outputs = run_raw(graph, read_inputs(graph, options.run.inputs), options.run);
  make_folder(options.output_dir);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const TensorDesc& desc = outputs[i].desc();
    OutputFile file(files[i].string(), OutputFile::Leftover::remove);
    file.write(npy_header(desc));
    file.write({static_cast<const char*>(outputs[i].data()), desc.bytes()});
    file.commit();
  }
  return ExitCode::ok;
}

}  // namespace

Command add_infer_command(CLI::App& app) {
  auto options = std::make_shared<InferOptions>();
  CLI::App* command = app.add_subcommand("infer", "Run a network on raw tensors");
  add_raw_run_options(*command, options->run);
  command->add_option("--output-dir", options->output_dir, "Where NAME.npy is written for each output")
      ->required()
      ->type_name("DIR");
  return {command, [options] { return infer(*options); }};
}

}  // namespace yy
