#include "runtime/backend.h"

#include <fmt/format.h>

#include "runtime/error.h"

namespace yy {

std::string_view name_of(Precision precision) {
  switch (precision) {
    case Precision::f32:
      return "f32";
    case Precision::tf32:
      return "tf32";
    case Precision::f16:
      return "f16";
    case Precision::bf16:
      return "bf16";
  }
  return "?";
}

DType type_of(Precision precision) {
  switch (precision) {
    case Precision::f16:
      return DType::f16;
    case Precision::bf16:
      return DType::bf16;
    case Precision::f32:
    case Precision::tf32:
      break;
  }
  return DType::f32;
}

Buffer Backend::allocate_staging(std::size_t bytes) const {
  return allocate_host(bytes);
}

std::unique_ptr<Event> Backend::new_event() const {
  return std::make_unique<Event>();
}

WeightStore::Settle settle_on(const Backend& backend) {
  return [&backend](Buffer host) { return backend.upload(std::move(host)); };
}

Precision choose_precision(std::string_view wanted, const Backend& backend) {
  if (wanted == "auto") {
    return backend.support(Precision::bf16) == Support::native ? Precision::bf16 : Precision::f32;
  }
  for (Precision precision : all_precisions) {
    if (wanted != name_of(precision)) continue;
    if (backend.support(precision) != Support::none) return precision;
    throw Error(ErrorCode::device, fmt::format("device '{}' cannot compute in {} here; f32 and auto work",
                                               backend.name(), wanted));
  }
  throw Error(ErrorCode::usage,
              fmt::format("precision should be f32, tf32, f16, bf16 or auto, found '{}'", wanted));
}

}  // namespace yy
