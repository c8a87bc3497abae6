// yy-run: the command line program. Parses, runs one command, and turns what went wrong into a message on
// stderr and an exit code (docs/exit-codes.md).
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <new>

#include "runtime/printable.h"
#include "tools/report/table.h"
#include "tools/yy_run/bench_command.h"
#include "tools/yy_run/calibrate_command.h"
#include "tools/yy_run/compare_command.h"
#include "tools/yy_run/devices_command.h"
#include "tools/yy_run/infer_command.h"
#include "tools/yy_run/inspect_command.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/plan_command.h"
#include "tools/yy_run/run_command.h"
#include "tools/yy_run/search_command.h"

namespace yy {
namespace {

ExitCode complain(const std::string& what, ExitCode code) {
  std::fputs((printable_lines("yy-run: " + what) + "\n").c_str(), stderr);
  return code;
}

ExitCode run_parsed(const std::vector<Command>& commands) {
  try {
    for (const Command& command : commands) {
      if (command.app->parsed()) return command.run();
    }
  } catch (const Interrupted&) {
    return complain("interrupted", ExitCode::interrupted);
  } catch (const Error& error) {
    return complain(error.what(), exit_code_of(error.code()));
  } catch (const std::bad_alloc&) {
    return complain("out of memory", ExitCode::failure);
  } catch (const std::exception& error) {
    return complain(error.what(), ExitCode::failure);
  }
  return ExitCode::usage;
}

// What CLI11 found wrong, in words of ours where its own leave out the point.
std::string explain(const CLI::ParseError& error, const CLI::App& app, const std::vector<Command>& commands) {
  std::string names, parsed;
  for (const Command& command : commands) {
    names += (names.empty() ? "" : ", ") + command.app->get_name();
    if (command.app->parsed()) parsed = " " + command.app->get_name();
  }
  const std::vector<std::string> rest = app.remaining();
  const std::string what = parsed.empty() && !rest.empty()
                               ? fmt::format("'{}' is not one of the commands {}", rest[0], names)
                               : error.what();
  return fmt::format("{}\n`yy-run{} --help` tells more.", what, parsed);
}

ExitCode run_program(int argc, char** argv) {
  CLI::App app(
      "Classifies pictures with a cheap network, and with a costly one where the cheap one is unsure.",
      "yy-run");
  app.set_version_flag("--version", "yy-run " YY_VERSION);
  app.require_subcommand(1);
  const std::vector<Command> commands{
      add_run_command(app),   add_calibrate_command(app), add_search_command(app),
      add_infer_command(app), add_compare_command(app),   add_inspect_command(app),
      add_plan_command(app),  add_bench_command(app),     add_devices_command(app)};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return static_cast<ExitCode>(app.exit(error));  // --help, --version
    return complain(explain(error, app, commands), ExitCode::usage);
  }
  return run_parsed(commands);
}

}  // namespace
}  // namespace yy

int main(int argc, char** argv) {
  return static_cast<int>(yy::run_program(argc, argv));
}
