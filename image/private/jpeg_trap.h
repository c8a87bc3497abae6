// How libjpeg's errors leave it: through longjmp, to where setjmp(trap.leave) was called, with the library's
// words in `message`. Private to this folder. What lies between may hold nothing that needs a destructor.
#pragma once

#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>

namespace yy {

struct JpegTrap {
  jpeg_error_mgr base;  // first, so that a pointer to it is a pointer to the trap
  std::jmp_buf leave;
  char message[JMSG_LENGTH_MAX];

  static JpegTrap& of(j_common_ptr info) { return *reinterpret_cast<JpegTrap*>(info->err); }
};

// For jpeg_error_mgr::error_exit.
[[noreturn]] inline void leave_jpeg(j_common_ptr info) {
  JpegTrap& trap = JpegTrap::of(info);
  info->err->format_message(info, trap.message);
  std::longjmp(trap.leave, 1);
}

}  // namespace yy
