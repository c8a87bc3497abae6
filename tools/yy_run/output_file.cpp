#include "tools/yy_run/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/error.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = std::size_t{64} << 10;

// What exists and can be written to, but not be replaced.
bool is_special(const std::string& name) {
  std::error_code ignored;
  const fs::file_status status = fs::status(name, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

}  // namespace

std::string output_target(const std::string& name) {
  if (name == "-") return name;
  std::error_code error;
  const fs::path target = fs::weakly_canonical(fs::absolute(name), error);
  return error ? name : target.string();
}

OutputFile::OutputFile(const std::string& name, Leftover leftover) : name_(name), leftover_(leftover) {
  pending_.reserve(block_bytes);
  if (name == "-") {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  std::error_code ignored;
  if (fs::is_directory(name, ignored)) fail("cannot be written", EISDIR);
  target_ = fs::is_symlink(name, ignored) ? output_target(name) : name;
  std::string opened = name;
  if (!is_special(name)) opened = part_ = target_ + ".part";
  descriptor_ = ::open(opened.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    const int error = errno;
    part_.clear();
    fail("cannot be written", error);
  }
}

OutputFile::~OutputFile() {
  if (descriptor_ > STDOUT_FILENO) ::close(descriptor_);
  if (leftover_ == Leftover::remove && !part_.empty()) ::unlink(part_.c_str());
}

void OutputFile::fail(const char* what, int error) const {
  throw Error(ErrorCode::failure,
              fmt::format("{}: {}: {}", name_ == "-" ? "stdout" : name_, what, std::strerror(error)));
}

void OutputFile::write(std::string_view bytes) {
  if (pending_.size() + bytes.size() > block_bytes) flush();
  pending_ += bytes;
  if (pending_.size() > block_bytes) flush();
}

void OutputFile::flush() {
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("writing failed", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  pending_.clear();
}

void OutputFile::commit() {
  flush();
  if (descriptor_ == STDOUT_FILENO) return;
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("writing failed", errno);
  if (part_.empty()) return;
  if (std::rename(part_.c_str(), target_.c_str()) != 0) fail("cannot be put in place", errno);
  part_.clear();
}

std::unique_ptr<OutputFile> open_output(const std::string& name, OutputFile::Leftover leftover) {
  return name.empty() ? nullptr : std::make_unique<OutputFile>(name, leftover);
}

void write_file(const std::string& name, std::string_view bytes) {
  OutputFile out(name, OutputFile::Leftover::remove);
  out.write(bytes);
  out.commit();
}

}  // namespace yy
