// yy-run plan: where a network's tensors lie in memory, step by step; docs/yy-run.md.
#pragma once

#include "tools/yy_run/command.h"

namespace yy {

Command add_plan_command(CLI::App& app);

}  // namespace yy
