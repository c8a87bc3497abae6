#include "tests/tools/cli.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

namespace yy::test {

namespace fs = std::filesystem;

std::string& yy_run_program() {
  static std::string program = YY_RUN_BINARY;
  return program;
}

Process::Process(const Strings& arguments, const std::string& input) {
  streams_.write("in", input);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, (streams_ / "in").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, (streams_ / "out").c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, 2, (streams_ / "err").c_str(), O_WRONLY | O_CREAT, 0600);
  // A test run in the background ignores SIGINT, and its children would inherit that.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGINT);
  sigaddset(&defaults, SIGTERM);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  Strings words{yy_run_program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  if (posix_spawn(&id_, argv[0], &files, &attributes, argv.data(), environ) != 0) id_ = -1;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
}

Process::~Process() {
  if (id_ > 0) wait();
}

Outcome Process::wait() {
  Outcome outcome;
  int status = 0;
  if (id_ > 0 && waitpid(id_, &status, 0) == id_) {
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  id_ = -1;
  outcome.out = read_text(streams_ / "out");
  outcome.err = read_text(streams_ / "err");
  return outcome;
}

Outcome yy_run(const Strings& arguments, const std::string& input) {
  return Process(arguments, input).wait();
}

Strings run_pair(const std::string& threshold, const Strings& more) {
  Strings arguments{"run", "--yin", yin, "--yang", yang, "--threshold", threshold, "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Strings run_yin(const Strings& more) {
  Strings arguments{"run", "--model", yin, "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<Strings> parse_csv(const std::string& text) {
  std::vector<Strings> rows;
  Strings row;
  std::size_t at = 0;
  while (at < text.size()) {
    std::string field;
    if (text[at] == '"') {
      for (++at; at < text.size() && (text[at] != '"' || text.compare(at, 2, "\"\"") == 0); ++at) {
        field += text[at];
        if (text[at] == '"') ++at;
      }
      ++at;
    } else {
      while (at < text.size() && text[at] != ',' && text[at] != '\r' && text[at] != '\n') {
        EXPECT_NE(text[at], '"') << "a quote in a field without quotes";
        field += text[at++];
      }
    }
    row.push_back(field);
    if (at < text.size() && text[at] == ',') {
      ++at;
      continue;
    }
    EXPECT_EQ(text.compare(at, 2, "\r\n"), 0) << "row " << rows.size() << " does not end in CR LF";
    at += 2;
    rows.push_back(std::move(row));
    row.clear();
  }
  return rows;
}

std::vector<Strings> read_csv(const std::string& file) {
  return parse_csv(read_text(file));
}

ModelCopy copy_model(const TempFolder& folder, const std::string& onnx) {
  const fs::path to = folder.path() / fs::path(onnx).filename();
  fs::copy_file(onnx, to);
  const fs::path card = fs::path(to).replace_extension(".json");
  fs::copy_file(fs::path(onnx).replace_extension(".json"), card);
  const fs::path classes = models / "digits-classes.txt";
  if (!fs::exists(folder / "digits-classes.txt")) fs::copy_file(classes, folder / "digits-classes.txt");
  return {to.string(), card.string()};
}

}  // namespace yy::test
