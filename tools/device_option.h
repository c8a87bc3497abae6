// --device: which device networks run on.
#pragma once

#include <memory>
#include <string>

#include "runtime/backend.h"

namespace CLI {
class App;
}

namespace yy {

void add_device_option(CLI::App& app, std::string& device);

// The device that the option names. Where `auto` falls back to the CPU, says why on stderr, in the name of
// `program`. Throws Error (device) with the reason where it cannot be used.
std::shared_ptr<const Backend> open_named_device(const std::string& device,
                                                 const std::string& program = "yy-run");

}  // namespace yy
