#include "onnx/private/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "runtime/error.h"

namespace yy {
namespace {

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorCode::model, what);
}

}  // namespace

void MemoryBytes::read(std::size_t at, std::span<std::byte> to) const {
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at), to.size(), to.begin());
}

FileBytes::FileBytes(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) refuse("there is no such file");
  if (!std::filesystem::is_regular_file(status))
    refuse("it is not a file");  // opening a device may do things
  descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) refuse("it cannot be opened for reading");
  struct stat opened = {};
  if (::fstat(descriptor_, &opened) != 0 || !S_ISREG(opened.st_mode)) {
    ::close(descriptor_);
    refuse("it is not a file");
  }
  size_ = static_cast<std::size_t>(opened.st_size);
}

FileBytes::~FileBytes() {
  ::close(descriptor_);
}

void FileBytes::read(std::size_t at, std::span<std::byte> to) const {
  while (!to.empty()) {
    const ssize_t got = ::pread(descriptor_, to.data(), to.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) refuse("it cannot be read to its end");
    at += static_cast<std::size_t>(got);
    to = to.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace yy
