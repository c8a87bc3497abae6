// The one exception type that the library throws. A message names what was being done, what was expected,
// what was found and, where it helps, what to do; callers add context from the inside outwards with within().
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace yy {

// What kind of thing went wrong; yy-run turns it into an exit code (docs/exit-codes.md).
enum class ErrorCode {
  failure,  // none of the others: a file that cannot be written, a library that failed
  usage,    // a caller's or user's parameter is out of its range
  model,    // a model, model card or pair that we refuse
  image,    // a picture that cannot be read
  device,   // a device that cannot be used
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message);

  ErrorCode code() const noexcept { return code_; }

  // The same error with "where: " in front of its message.
  Error within(std::string_view where) const;

 private:
  ErrorCode code_;
};

}  // namespace yy
