// yy-run bench: how fast a network or a cascade is, and what its nodes take; docs/yy-run.md.
#pragma once

#include "tools/yy_run/command.h"

namespace yy {

Command add_bench_command(CLI::App& app);

}  // namespace yy
