// Convolution in own plain loops, for what oneDNN has no fast or no safe code: right, not fast.
#pragma once

#include "cpu/private/context.h"
#include "ops/conv.h"

namespace yy::cpu {

Kernel conv_any(const KernelRequest& request, const Conv& conv);

}  // namespace yy::cpu
