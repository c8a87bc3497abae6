// What our programs tell their callers at the end. docs/exit-codes.md is the table for people.
#pragma once

#include "runtime/error.h"

namespace yy {

enum class ExitCode {
  ok = 0,
  failure = 1,
  usage = 2,
  model = 3,
  some_images_failed = 4,
  device = 5,
  gate_missed = 6,
  does_not_pay = 7,
  interrupted = 130,
};

inline ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return ExitCode::usage;
    case ErrorCode::model:
      return ExitCode::model;
    case ErrorCode::device:
      return ExitCode::device;
    case ErrorCode::image:
    case ErrorCode::failure:
      break;
  }
  return ExitCode::failure;
}

}  // namespace yy
