// yy-run infer: raw tensors through a network, .npy or .pb in, .npy out; docs/yy-run.md.
#pragma once

#include "tools/yy_run/command.h"

namespace yy {

Command add_infer_command(CLI::App& app);

}  // namespace yy
