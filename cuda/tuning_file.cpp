#include "cuda/private/tuning_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/error.h"

namespace yy::cuda {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char *any_format = "yinyang cuda tuning", *format = "yinyang cuda tuning 1";
constexpr std::size_t head = 64;  // bytes among which the format's name stands
constexpr std::uintmax_t most_bytes = std::uintmax_t{64} << 20;

Choice choice_from(const json& entry) {
  return {entry.at("candidate").get<std::string>(), entry.at("implementation").get<std::string>(),
          entry.at("microseconds").get<double>()};
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
  const auto refuse = [&](const char* why) {
    throw Error(ErrorCode::usage, fmt::format("tuning file '{}' {}", name_, why));
  };
  if (!fs::is_regular_file(name_, error)) refuse("is no regular file");
  if (fs::file_size(name_, error) > most_bytes) refuse("is something else and would be overwritten");
  std::ifstream file(name_, std::ios::binary);
  std::string text(static_cast<std::size_t>(fs::file_size(name_, error)), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.fail()) refuse("cannot be read");
  if (text.empty()) return {};
  if (text.substr(0, head).find(any_format) == std::string::npos)
    refuse("is something else and would be overwritten");
  if (text.substr(0, head).find(fmt::format("\"{}\"", format)) == std::string::npos)
    refuse("is of another version of this program, which could no longer use it");
  Machines machines;
  try {
    const json whole = json::parse(text);
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

// Under a name of its own first: a file that is there is whole.
void TuningFile::write(const Machines& machines) const {
  json all = json::object();
  for (const auto& [machine, problems] : machines) {
    for (const auto& [problem, choice] : problems) {
      all[machine][problem] = {{"candidate", choice.candidate},
                               {"implementation", choice.implementation},
                               {"microseconds", choice.microseconds}};
    }
  }
  std::error_code error;
  const fs::path target = fs::weakly_canonical(name_, error);  // behind symbolic links
  std::string part = target.string() + ".XXXXXX";
  const int made = ::mkstemp(part.data());
  if (made < 0) throw Error(ErrorCode::failure, std::strerror(errno));
  ::fchmod(made, 0644);
  ::close(made);
  std::ofstream file(part, std::ios::binary);
  // The format comes first, which sorted keys see to.
  file << json{{"format", format}, {"machines", all}}.dump(1) << '\n';
  file.close();
  if (file) fs::rename(part, target, error);
  if (file && !error) return;
  const std::string why = error ? error.message() : std::strerror(errno);
  fs::remove(part, error);
  throw Error(ErrorCode::failure, why);
}

void TuningFile::warn(const std::string& what) const {
  if (warn_) warn_(fmt::format("tuning file '{}' {}", name_, what));
}

}  // namespace yy::cuda
