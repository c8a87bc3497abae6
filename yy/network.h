// A loaded ONNX network on one backend, ready to be compiled for any sizes that the model leaves open.
// Programs share its weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/backend.h"
#include "runtime/graph.h"
#include "runtime/program.h"
#include "yy/program_cache.h"

namespace yy {

struct NetworkOptions {
  std::int64_t batch = 1;  // where the model leaves it open; not looked at where `shapes` are given
  int threads = 1;
  Layout input_layout = Layout::row_major;  // of rank-4 inputs
  // Called on the graph once its shapes are set and before it is lowered; may append nodes, inputs and
  // outputs.
  std::function<void(Graph&)> extend;
  Precision precision = Precision::f32;
  std::optional<std::vector<Shape>> shapes = {};  // of all inputs, in the model's order
  // More than this for the values of one batch is refused before any of it is taken.
  std::size_t most_activation_bytes = std::size_t{16} << 30;
};

// Thread-safe.
class Network {
 public:
  static constexpr std::size_t default_programs = 8;

  // Throws Error when the file is not a model that we run. Keeps as many `programs` as were used last.
  Network(const std::filesystem::path& onnx_file, std::shared_ptr<const Backend> backend,
          std::size_t programs = default_programs);
  // `source` stands for the file in messages.
  Network(Graph graph, std::string source, std::shared_ptr<const Backend> backend,
          std::size_t programs = default_programs);

  // For inputs of these shapes, row-major; compiled where it is not among those that were used last. An input
  // that is not of the model's shape is an Error (usage) that names the dimension.
  std::shared_ptr<const Program> program(std::vector<Shape> shapes, int threads,
                                         Precision precision = Precision::f32) const;

  // A program of its own.
  std::shared_ptr<const Program> compile(const NetworkOptions& options) const;

  const Graph& graph() const { return graph_; }
  const std::string& source() const { return source_; }
  const Backend& backend() const { return *backend_; }
  std::optional<std::int64_t> fixed_batch() const;  // where the model leaves no input's first dimension open
  std::size_t weights_bytes() const { return weights_.bytes(); }

 private:
  Graph graph_;
  std::string source_;
  std::shared_ptr<const Backend> backend_;
  std::shared_ptr<const Backend> evaluator_;  // the CPU, which computes constants whatever the device
  mutable WeightStore weights_;
  mutable ProgramCache programs_;
};

}  // namespace yy
