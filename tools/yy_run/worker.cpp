#include "tools/yy_run/worker.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/error.h"
#include "tools/yy_run/seconds_since.h"

namespace yy {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::image, what);
}

}  // namespace

void read_picture(const std::string& file, std::vector<std::uint8_t>& bytes) {
  // Without O_NONBLOCK a named pipe would be waited for.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.number() < 0) refuse(fmt::format("the file cannot be opened: {}", std::strerror(errno)));
  struct stat status = {};
  if (::fstat(descriptor.number(), &status) != 0) refuse(std::strerror(errno));
  if (S_ISDIR(status.st_mode)) refuse("it is a folder, not a picture");
  if (!S_ISREG(status.st_mode)) refuse("it is not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > max_image_bytes) {
    refuse(fmt::format("the file has {} bytes, at most {} are read", status.st_size, max_image_bytes));
  }
  bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(descriptor.number(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(fmt::format("the file cannot be read: {}", std::strerror(errno)));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  if (bytes.empty()) refuse("the file is empty");
}

void decode_picture(const std::string& file, bool exif_orientation, const AnyCascade& cascade, Image& image,
                    DecodeMemory& memory) {
  read_picture(file, memory.bytes);
  const ImageHeader header = read_image_header(memory.bytes, exif_orientation);
  DecodeOptions options;
  options.exif_orientation = exif_orientation;
  options.region = cascade.needed_region(header.width, header.height);
  decode_image(memory.bytes, options, image, memory.scratch);
}

void Worker::run(const NextTicket& next) {
  while (const auto ticket = next()) take(*ticket);
}

void Worker::take(std::uint64_t ticket) {
  const auto start = Clock::now();
  try {
    images_.write_path(ticket, path_);
    decode_picture(path_, exif_orientation_, feed_.cascade(), image_, memory_);
    decode_seconds_ += seconds_since(start);
    feed_.cascade().prepare(image_, preparation_);
    ++pushed_;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::image) throw;
    return feed_.refuse(ticket, start, error.what());
  }
  feed_.push(ticket, start, image_, preparation_);
}

}  // namespace yy
