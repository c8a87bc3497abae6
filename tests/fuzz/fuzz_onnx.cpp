// Fuzz target: any bytes as a model, as far as a compiled program.
#include <cstddef>
#include <cstdint>

#include "cpu/cpu_backend.h"
#include "onnx/loader.h"
#include "runtime/error.h"
#include "yy/network.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const yy::Backend> cpu = yy::make_cpu_backend();
  try {
    yy::OnnxModel model = yy::parse_onnx(std::as_bytes(std::span(data, size)), "fuzz");
    yy::Network(std::move(model.graph), "fuzz", cpu).compile({1, 1, yy::Layout::channels_last, {}});
  } catch (const yy::Error&) {
  }
  return 0;
}
