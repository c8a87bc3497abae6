// The bytes of a file or of memory, read where they are asked for, so that big weights are copied once: from
// the file into their tensor.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace yy {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::size_t size() const = 0;
  // Fills `to` with the bytes from `at` on; at + to.size() <= size().
  virtual void read(std::size_t at, std::span<std::byte> to) const = 0;
};

class MemoryBytes : public ByteSource {
 public:
  explicit MemoryBytes(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::size_t size() const override { return bytes_.size(); }
  void read(std::size_t at, std::span<std::byte> to) const override;

 private:
  std::span<const std::byte> bytes_;
};

// An open regular file. The constructor and read() throw Error (model) without the file's name.
class FileBytes : public ByteSource {
 public:
  explicit FileBytes(const std::filesystem::path& file);
  ~FileBytes() override;
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  std::size_t size() const override { return size_; }
  void read(std::size_t at, std::span<std::byte> to) const override;

 private:
  int descriptor_;
  std::size_t size_ = 0;
};

}  // namespace yy
