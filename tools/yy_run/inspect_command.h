// yy-run inspect: what a model is made of, and how we would run it; docs/yy-run.md.
#pragma once

#include "tools/yy_run/command.h"

namespace yy {

Command add_inspect_command(CLI::App& app);

}  // namespace yy
