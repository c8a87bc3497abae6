// A folder that keeps what networks answered, so that a search need not run them again: NAME.scores.npy (what
// the network gave, [pictures, classes]), NAME.confidences.npy, and NAME.json with what they belong to and
// what they cost.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tools/yy_run/network_run.h"

namespace yy {

class AnswerStore {
 public:
  // Makes the folder where it is not there. Throws Error (failure).
  AnswerStore(std::filesystem::path folder, const ImageList& images, const RunOptions& options);

  // What is kept of this network for these very pictures, device, precision, batch, threads and mode; nothing
  // where something differs or is damaged.
  std::optional<NetworkRun> find(const Classifier& network) const;

  // Throws Error (failure).
  void keep(const Classifier& network, const NetworkRun& run) const;

  std::filesystem::path file(const Classifier& network, const char* ending) const;

 private:
  std::string key_of(const Classifier& network) const;

  std::filesystem::path folder_;
  std::string run_;  // what all the networks have in common
  const ImageList& images_;
};

}  // namespace yy
