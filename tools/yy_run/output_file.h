// A file that appears under its name only when it is whole: bytes go to NAME.part, which commit() renames.
// "-" is stdout; what is no regular file (a pipe, /dev/null) is written directly.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace yy {

class OutputFile {
 public:
  enum class Leftover { keep, remove };  // what becomes of NAME.part without commit()

  // Throws Error (failure), as all methods do.
  OutputFile(const std::string& name, Leftover leftover);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes);  // collects; large pieces go out at once
  void flush();
  void commit();

  const std::string& part() const { return part_; }  // empty where bytes go to their place directly

 private:
  [[noreturn]] void fail(const char* what, int error) const;

  std::string name_;
  std::string part_;
  std::string target_;  // `name_` behind symbolic links
  Leftover leftover_;
  int descriptor_ = -1;
  std::string pending_;
};

// Null for an empty name.
std::unique_ptr<OutputFile> open_output(const std::string& name, OutputFile::Leftover leftover);

// A whole file at once; nothing is left of it where that fails. Throws Error (failure).
void write_file(const std::string& name, std::string_view bytes);

// Where a name's bytes end up in the end: two names with the same target would overwrite each other.
std::string output_target(const std::string& name);

}  // namespace yy
