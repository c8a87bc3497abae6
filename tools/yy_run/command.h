// A subcommand of yy-run: its flags, and what it does once they are parsed.
#pragma once

#include <functional>

#include "tools/exit_codes.h"

namespace CLI {
class App;
}

namespace yy {

struct Command {
  CLI::App* app;
  std::function<ExitCode()> run;  // throws Error, and Interrupted
};

}  // namespace yy
