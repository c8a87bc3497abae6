#include "cuda/private/tuning_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "runtime/error.h"

namespace yy::cuda {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* format = "yinyang cuda tuning 1";
constexpr std::size_t head = 64;  // bytes among which the format's name stands
constexpr std::uintmax_t most_bytes = std::uintmax_t{64} << 20;

Choice choice_from(const json& entry) {
  return {entry.at("candidate").get<std::string>(), entry.at("implementation").get<std::string>(),
          entry.at("microseconds").get<double>()};
}

// Whether a file that cannot be read was meant to be one of these.
bool is_ours(const std::string& text) {
  return text.empty() || text.substr(0, head).find("yinyang cuda tuning") != std::string::npos;
}

}  // namespace

TuningFile::TuningFile(std::string name, std::string machine, Warn warn)
    : name_(std::move(name)), machine_(std::move(machine)), warn_(std::move(warn)) {
  Machines machines = read(true);
  choices_ = std::move(machines[machine_]);
}

TuningFile::Machines TuningFile::read(bool warns) const {
  std::error_code error;
  if (!fs::exists(name_, error)) return {};
  if (!fs::is_regular_file(name_, error))
    throw Error(ErrorCode::usage, fmt::format("'{}' is no regular file, which a tuning file is", name_));
  std::ifstream file(name_, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file.good() && !file.eof())
    throw Error(ErrorCode::usage, fmt::format("tuning file '{}' cannot be read", name_));
  if (!is_ours(text) || text.size() > most_bytes)
    throw Error(ErrorCode::usage, fmt::format("'{}' is no tuning file and would be overwritten", name_));
  if (text.empty()) return {};
  Machines machines;
  try {
    const json whole = json::parse(text);
    if (whole.at("format") != format) throw std::runtime_error("it is of another version");
    for (const auto& [machine, problems] : whole.at("machines").items()) {
      for (const auto& [problem, entry] : problems.items()) machines[machine][problem] = choice_from(entry);
    }
  } catch (const std::exception& broken) {
    if (warns) warn(fmt::format("is damaged and not used: {}", broken.what()));
    return {};
  }
  return machines;
}

std::optional<Choice> TuningFile::find(const std::string& problem) const {
  const auto found = choices_.find(problem);
  return found == choices_.end() ? std::nullopt : std::optional(found->second);
}

void TuningFile::keep(const std::string& problem, const Choice& choice) {
  choices_[problem] = choice;
  if (!is_writable_) return;
  try {
    Machines machines = read(false);
    machines[machine_].insert(choices_.begin(), choices_.end());
    machines[machine_][problem] = choice;
    write(machines);
  } catch (const std::exception& error) {
    is_writable_ = false;
    warn(fmt::format("cannot be written, choices are lost at the end: {}", error.what()));
  }
}

// Under another name first: a file that is there is whole.
void TuningFile::write(const Machines& machines) const {
  json all = json::object();
  for (const auto& [machine, problems] : machines) {
    for (const auto& [problem, choice] : problems) {
      all[machine][problem] = {{"candidate", choice.candidate},
                               {"implementation", choice.implementation},
                               {"microseconds", choice.microseconds}};
    }
  }
  const std::string part = fmt::format("{}.{}.part", name_, ::getpid());
  std::ofstream file(part, std::ios::binary);
  // The format comes first, which sorted keys see to.
  file << json{{"format", format}, {"machines", all}}.dump(1) << '\n';
  file.close();
  std::error_code error;
  if (file) fs::rename(part, name_, error);
  if (file && !error) return;
  const std::string why = error ? error.message() : std::strerror(errno);
  fs::remove(part, error);
  throw Error(ErrorCode::failure, why);
}

void TuningFile::warn(const std::string& what) const {
  if (warn_) warn_(fmt::format("tuning file '{}' {}", name_, what));
}

}  // namespace yy::cuda
