// One of the digit networks, changed so that it gives scores that are not numbers for every picture.
#pragma once

#include "tests/tools/cli.h"

namespace yy::test {

ModelCopy copy_without_numbers(const TempFolder& folder, const std::string& onnx);

}  // namespace yy::test
