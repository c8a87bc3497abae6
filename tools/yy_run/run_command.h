// yy-run run: classifies pictures with one network or a cascade; docs/yy-run.md.
#pragma once

#include "tools/yy_run/command.h"

namespace yy {

Command add_run_command(CLI::App& app);

}  // namespace yy
