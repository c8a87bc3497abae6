#include "tools/yy_run/worker.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/error.h"

namespace yy {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

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

// Twice what the cascade itself lets a picture wait, in pictures.
std::uint64_t longest_lag(const std::vector<std::shared_ptr<const Classifier>>& stages, std::int64_t batch) {
  std::int64_t largest = batch;
  for (const auto& stage : stages)
    largest = std::max(largest, stage->network().fixed_batch().value_or(batch));
  return 128 * stages.size() * static_cast<std::uint64_t>(largest);
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

void decode_picture(const std::string& file, bool exif_orientation, const Cascade& cascade, Image& image,
                    DecodeMemory& memory) {
  read_picture(file, memory.bytes);
  const ImageHeader header = read_image_header(memory.bytes, exif_orientation);
  DecodeOptions options;
  options.exif_orientation = exif_orientation;
  options.region = cascade.needed_region(header.width, header.height);
  decode_image(memory.bytes, options, image, memory.scratch);
}

Worker::Worker(const ImageList& images, std::vector<std::shared_ptr<const Classifier>> stages,
               const CascadeOptions& options, bool exif_orientation, std::size_t workers, Sink sink)
    : images_(images),
      exif_orientation_(exif_orientation),
      sink_(std::move(sink)),
      longest_lag_(workers * longest_lag(stages, options.batch)),
      cascade_(std::move(stages), options, [this](Verdict&& verdict) { answer(std::move(verdict)); }) {}

void Worker::run(const NextTicket& next) {
  while (const auto ticket = next()) take(*ticket);
  cascade_.flush();
}

void Worker::take(std::uint64_t ticket) {
  // The cascade bounds how long a picture waits in pictures pushed; a run of files that cannot be read is not
  // seen by it, and the verdicts behind them would pile up.
  if (!in_flight_.empty() && ticket - in_flight_.front().ticket > longest_lag_) cascade_.flush();
  const auto start = Clock::now();
  in_flight_.push_back({ticket, start});
  try {
    images_.write_path(ticket, path_);
    Image image = cascade_.spare_image();
    decode_picture(path_, exif_orientation_, cascade_, image, memory_);
    decode_seconds_ += seconds_since(start);
    ++pushed_;
    cascade_.push(ticket, std::move(image));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::image || find(ticket) == in_flight_.end()) throw;
    Verdict verdict;
    verdict.ticket = ticket;
    verdict.stage = Verdict::no_stage;
    verdict.error = error.what();
    answer(std::move(verdict));
  }
}

std::vector<Worker::Flight>::iterator Worker::find(std::uint64_t ticket) {
  return std::find_if(in_flight_.begin(), in_flight_.end(),
                      [ticket](const Flight& flight) { return flight.ticket == ticket; });
}

void Worker::answer(Verdict&& verdict) {
  const auto found = find(verdict.ticket);
  const double seconds = seconds_since(found->start);
  in_flight_.erase(found);
  sink_(std::move(verdict), seconds);
}

}  // namespace yy
