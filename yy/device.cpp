#include "yy/device.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "cpu/cpu_backend.h"
#include "runtime/error.h"

namespace yy {
namespace {

// N of "cuda:N", 0 of "cuda".
std::optional<int> cuda_number(std::string_view name) {
  if (!name.starts_with("cuda")) return std::nullopt;
  name.remove_prefix(4);
  if (name.empty()) return 0;
  int number = 0;
  const char* end = name.data() + name.size();
  if (name[0] != ':' || name.size() < 2 ||
      !std::all_of(name.begin() + 1, name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  const auto parsed = std::from_chars(name.data() + 1, end, number);
  return parsed.ec == std::errc() ? std::optional(number) : std::nullopt;
}

OpenedDevice open_best(const CudaOptions& cuda) {
  try {
    return {make_cuda_backend(0, cuda), ""};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::device) throw;
    return {make_cpu_backend(),
            fmt::format("{}; running on the CPU{}", error.what(),
                        cuda.tuning_file.empty() ? "" : ", where layers are not measured")};
  }
}

OpenedDevice open_cpu(const CudaOptions& cuda) {
  if (cuda.tuning_file.empty()) return {make_cpu_backend(), ""};
  throw Error(ErrorCode::usage,
              fmt::format("tuning file '{}': layers are measured on CUDA devices only, the device is cpu",
                          cuda.tuning_file));
}

}  // namespace

bool is_device_name(std::string_view name) {
  return name == "cpu" || name == "auto" || cuda_number(name).has_value();
}

OpenedDevice open_device(std::string_view name, const CudaOptions& cuda) {
  if (name == "cpu") return open_cpu(cuda);
  if (name == "auto") return open_best(cuda);
  if (const auto number = cuda_number(name)) return {make_cuda_backend(*number, cuda), ""};
  throw Error(ErrorCode::usage, fmt::format("device should be cpu, cuda, cuda:N or auto, found '{}'", name));
}

}  // namespace yy
