#include "tools/yy_run/progress.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <unistd.h>

namespace yy {
namespace {

constexpr std::chrono::milliseconds draw_every(100);
constexpr const char* start_of_line = "\r\x1b[K";  // and nothing on it

std::string duration(double seconds) {
  if (!(seconds < 100.0 * 3600)) return "--:--";
  const auto s = static_cast<long>(std::ceil(seconds));
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

std::string progress_line(std::uint64_t done, std::uint64_t total, double rate, double deferred) {
  constexpr std::uint64_t cells = 24;
  const std::uint64_t full = total == 0 ? cells : done * cells / total;
  std::string line = fmt::format("[{}{}] {}/{}  {:.1f} images/s  ETA {}", std::string(full, '#'),
                                 std::string(cells - full, '.'), done, total, rate,
                                 duration(static_cast<double>(total - done) / rate));
  if (deferred >= 0) line += fmt::format("  deferred {:.1f} %", 100 * deferred);
  return line;
}

Progress::Progress(std::uint64_t total, bool wanted)
    : total_(total), start_(std::chrono::steady_clock::now()), drawn_(start_) {
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  shown_ = wanted && !is_dumb && ::isatty(STDERR_FILENO) == 1;
  coloured_ = !is_set("NO_COLOR");
}

Progress::~Progress() {
  if (shown_) std::fputs(start_of_line, stderr);
}

void Progress::update(std::uint64_t done, double deferred) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < draw_every) return;
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string line = progress_line(done, total_, static_cast<double>(done) / seconds, deferred);
  std::fputs((start_of_line + (coloured_ ? "\x1b[32m" + line + "\x1b[0m" : line)).c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace yy
