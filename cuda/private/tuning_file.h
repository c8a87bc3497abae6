// Which of several kernels that compute the same is the fastest on a machine, as a file keeps it: JSON, by
// machine and problem, so that one file serves several GPUs and versions of their libraries.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace yy::cuda {

struct Choice {
  std::string candidate;       // "cuDNN 1"
  std::string implementation;  // what that was: a kernel by another name is no longer what was measured
  double microseconds = 0;
};

// Not synchronised.
class TuningFile {
 public:
  using Warn = std::function<void(const std::string&)>;

  // Reads `name` where it is there. One that is damaged is reported and replaced by the first choice that is
  // kept. Throws Error (usage) where it is something else or of another version, which would be lost.
  TuningFile(std::string name, std::string machine, Warn warn);

  std::optional<Choice> find(const std::string& problem) const;

  // Writes the file, with what others have added to it meanwhile; of two who write at the same moment one may
  // lose what it added, which is then measured again some day. Where that fails, says so once; the choice
  // is kept as long as this lives.
  void keep(const std::string& problem, const Choice& choice);

  void warn(const std::string& what) const;  // names the file

 private:
  using Machines = std::map<std::string, std::map<std::string, Choice>>;

  Machines read(bool warns) const;
  void write(const Machines& machines) const;

  std::string name_, machine_;
  Warn warn_;
  std::map<std::string, Choice> choices_;  // of this machine, by problem
  bool is_writable_ = true;
};

}  // namespace yy::cuda
