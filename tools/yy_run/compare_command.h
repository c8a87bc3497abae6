// yy-run compare: a network's outputs, and values within it, against stored ones; docs/yy-run.md.
#pragma once

#include "tools/yy_run/command.h"

namespace yy {

Command add_compare_command(CLI::App& app);

}  // namespace yy
