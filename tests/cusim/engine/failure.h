// What went wrong on the device. The first failure is kept for the test, and each is printed.
#pragma once

#include <cuda_runtime_api.h>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

#include "tests/cusim/device/place.h"

namespace yy::cusim {

// Keeps `what` if it is the first.
void report(std::string what);

// For reset().
void forget_failure();

// Ends the launch of the running thread with `error`, which stays with the device as in CUDA. `what` is
// reported after the launch and the thread.
[[noreturn]] void end_launch(cudaError_t error, std::string what);

// The same with the text of a format. The thread's stack is left without destructors, so the arguments should
// not own memory.
template <class... Arguments>
[[noreturn]] void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  end_launch(cudaErrorLaunchFailure, fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace yy::cusim

// "unary.cu:52"
template <>
struct fmt::formatter<yy::cusim::Place> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(yy::cusim::Place where, Context& context) const {
    std::string_view file = where.file_name();
    return fmt::format_to(context.out(), "{}:{}", file.substr(file.rfind('/') + 1), where.line());
  }
};
