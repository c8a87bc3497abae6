#include "runtime/error.h"

namespace yy {

Error::Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

Error Error::within(std::string_view where) const {
  return {code_, std::string(where) + ": " + what()};
}

}  // namespace yy
