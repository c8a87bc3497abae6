// yy-run search: many networks and labelled pictures -> the best network or cascade.
#pragma once

#include "tools/yy_run/command.h"

namespace yy {

Command add_search_command(CLI::App& app);

}  // namespace yy
