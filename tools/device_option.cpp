#include "tools/device_option.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "runtime/printable.h"
#include "yy/device.h"

namespace yy {

void add_device_option(CLI::App& app, std::string& device) {
  app.add_option("--device", device,
                 "cpu, cuda, cuda:N, or auto: a CUDA device where one is usable, else the CPU")
      ->check([](const std::string& name) {
        return is_device_name(name) ? "" : "should be cpu, cuda, cuda:N or auto, found '" + name + "'";
      })
      ->type_name("NAME")
      ->capture_default_str();
}

std::shared_ptr<const Backend> open_named_device(const std::string& device, const std::string& program) {
  OpenedDevice opened = open_device(device);
  if (!opened.note.empty())
    std::fputs((printable_lines(program + ": " + opened.note) + "\n").c_str(), stderr);
  return std::move(opened.backend);
}

}  // namespace yy
