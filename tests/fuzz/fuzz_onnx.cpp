// libFuzzer target: any bytes as a model. With clang: -fsanitize=fuzzer,address,undefined; with g++ link
// replay_main.cpp, which runs it over files.
#include <cstddef>
#include <cstdint>

#include "onnx/loader.h"
#include "runtime/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    yy::parse_onnx(std::as_bytes(std::span(data, size)), "fuzz");
  } catch (const yy::Error&) {
  }
  return 0;
}
