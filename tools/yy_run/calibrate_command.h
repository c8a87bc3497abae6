// yy-run calibrate: pictures and networks -> a pair file with a threshold and what it promises.
#pragma once

#include "tools/yy_run/command.h"

namespace yy {

Command add_calibrate_command(CLI::App& app);

}  // namespace yy
