#include "runtime/backend.h"

#include <fmt/format.h>

#include "runtime/error.h"

namespace yy {

std::string_view name_of(Precision precision) {
  switch (precision) {
    case Precision::f32:
      return "f32";
    case Precision::bf16:
      return "bf16";
  }
  return "?";
}

Precision choose_precision(std::string_view wanted, const Backend& backend) {
  if (wanted == "f32") return Precision::f32;
  const Support support = backend.support(Precision::bf16);
  if (wanted == "auto") return support == Support::native ? Precision::bf16 : Precision::f32;
  if (wanted != "bf16") {
    throw Error(ErrorCode::usage, fmt::format("precision should be f32, bf16 or auto, found '{}'", wanted));
  }
  if (support == Support::none) {
    throw Error(
        ErrorCode::device,
        fmt::format("device '{}' cannot compute in bf16 on this machine; f32 and auto work", backend.name()));
  }
  return Precision::bf16;
}

}  // namespace yy
