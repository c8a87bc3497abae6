// yy-run devices: what networks can run on here, and why not on the rest.
#pragma once

#include "tools/yy_run/command.h"

namespace yy {

Command add_devices_command(CLI::App& app);

}  // namespace yy
