// yy-run infer: raw tensors through a network, .npy or .pb in, .npy out; docs/yy-run.md.
#pragma once

#include <string>
#include <string_view>

#include "tools/yy_run/command.h"

namespace yy {

// The name of an output's file: characters outside A-Z a-z 0-9 _ . - become _.
std::string npy_file_name(std::string_view output);

Command add_infer_command(CLI::App& app);

}  // namespace yy
