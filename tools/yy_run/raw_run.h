// One run of a network on raw tensors, for `infer` and `compare`.
#pragma once

#include <string>
#include <vector>

#include "runtime/graph.h"
#include "tools/device_option.h"

namespace CLI {
class App;
}

namespace yy {

struct RawRunOptions {
  std::string model;
  std::vector<std::string> inputs;  // NAME=FILE
  int threads = 1;
  DeviceOption device;
  std::string precision = "f32";
};

void add_raw_run_options(CLI::App& app, RawRunOptions& options);

// Runs `graph`, as loaded from options.model, on a tensor for each of its inputs. Inputs that a node has to
// know while it is compiled become constants. The outputs are in the graph's order, row-major.
std::vector<Tensor> run_raw(Graph graph, std::vector<Tensor> inputs, const RawRunOptions& options);

}  // namespace yy
