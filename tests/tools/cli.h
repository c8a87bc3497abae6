// Starts the built yy-run and looks at what it leaves: exit code, output, CSV rows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/tools/temp_folder.h"

namespace yy::test {

using Strings = std::vector<std::string>;

inline const std::filesystem::path data = YY_TEST_DATA_DIR;
inline const std::filesystem::path models = YY_TEST_MODELS_DIR;
inline const std::string digits = (data / "digits").string();
inline const std::string pictures = (data / "images").string();  // sound and damaged ones
inline const std::string yin = (models / "digits-yin.onnx").string();
inline const std::string yang = (models / "digits-yang.onnx").string();

struct Outcome {
  int code = -1;  // exit code; 128 + the signal that ended it
  std::string out, err;
};

// The file that is started: the built yy-run, or another one that a test puts here.
std::string& yy_run_program();

// A started yy-run; the destructor waits for it.
class Process {
 public:
  Process(const Strings& arguments, const std::string& input);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  int id() const { return id_; }
  Outcome wait();

 private:
  TempFolder streams_;
  int id_ = -1;
};

Outcome yy_run(const Strings& arguments, const std::string& input = "");

// `run` with the two digit networks as a pair, on one thread.
Strings run_pair(const std::string& threshold, const Strings& more);
Strings run_yin(const Strings& more);

// RFC 4180, strictly: rows end in CR LF, and fields with commas, quotes or line breaks are in quotes.
std::vector<Strings> parse_csv(const std::string& text);
std::vector<Strings> read_csv(const std::string& file);

// A model and its card, copied so that a test can change either.
struct ModelCopy {
  std::string onnx, card;
};
ModelCopy copy_model(const TempFolder& folder, const std::string& onnx);

}  // namespace yy::test
