// --device and --autotune: which device networks run on, and how layers are computed there.
#pragma once

#include <memory>
#include <string>

#include "runtime/backend.h"

namespace CLI {
class App;
}

namespace yy {

struct DeviceOption {
  std::string name = "cpu";
  std::string tuning_file;  // CudaOptions::tuning_file
};

void add_device_option(CLI::App& app, DeviceOption& device);

// The device that the options name. Where `auto` falls back to the CPU, says why on stderr, in the name of
// `program`; so are warnings about the tuning file, then and later. Throws what open_device does.
std::shared_ptr<const Backend> open_named_device(const DeviceOption& device,
                                                 const std::string& program = "yy-run");

}  // namespace yy
