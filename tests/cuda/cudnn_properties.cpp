// What cuDNN says of a device, as the JSON that it takes as a description of one (tests/cuda/described): of
// CUDA device 0, or, with a file, what becomes of that description. Ends with 77 where cuDNN is missing.
//
// usage: cudnn_properties [DESCRIPTION.json]
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "cuda/private/cudnn_graph.h"

namespace yy {
namespace {

int run(const char* description) {
  auto libraries = std::make_shared<cuda::Libraries>(cuda::open_libraries());
  if (!libraries->cudnn.library.handle) {
    fmt::print(stderr, "cudnn_properties: cuDNN is not there: {}\n", libraries->cudnn.library.trouble);
    return 77;
  }
  if (description != nullptr) {
    std::ifstream file(description);
    if (!file) throw std::runtime_error(fmt::format("{} cannot be read", description));
    libraries->cudnn.described_device.assign(std::istreambuf_iterator<char>(file), {});
  }
  const auto device = cuda::open_cudnn(libraries, 0);
  std::vector<char> json =
      device->properties.read<char>(cuda::cudnn::Attribute::device_json, cuda::cudnn::Element::character);
  while (!json.empty() && json.back() == '\0') json.pop_back();
  fmt::print("{}\n", std::string_view(json.data(), json.size()));
  return 0;
}

}  // namespace
}  // namespace yy

int main(int argc, char** argv) {
  try {
    return yy::run(argc > 1 ? argv[1] : nullptr);
  } catch (const std::exception& error) {
    fmt::print(stderr, "cudnn_properties: {}\n", error.what());
    return 1;
  }
}
