#include "tools/device_option.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "runtime/printable.h"
#include "yy/device.h"

namespace yy {

void add_device_option(CLI::App& app, DeviceOption& device) {
  app.add_option("--device", device.name,
                 "cpu, cuda, cuda:N, or auto: a CUDA device where one is usable, else the CPU")
      ->check([](const std::string& name) {
        return is_device_name(name) ? "" : "should be cpu, cuda, cuda:N or auto, found '" + name + "'";
      })
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--autotune", device.tuning_file,
                 "CUDA devices: compute each layer by what is fastest of cuDNN, cuBLASLt and own kernels, as "
                 "measured here; FILE keeps the choices for later runs")
      ->type_name("FILE");
}

namespace {

void complain(const std::string& program, const std::string& what) {
  std::fputs((printable_lines(program + ": " + what) + "\n").c_str(), stderr);
}

}  // namespace

std::shared_ptr<const Backend> open_named_device(const DeviceOption& device, const std::string& program) {
  OpenedDevice opened = open_device(
      device.name, {device.tuning_file, [program](const std::string& what) { complain(program, what); }});
  if (!opened.note.empty()) complain(program, opened.note);
  return std::move(opened.backend);
}

}  // namespace yy
