// Pools of any rank and element type, and MaxPool's indices: right, not fast.
#pragma once

#include "cpu/private/context.h"
#include "ops/pool.h"

namespace yy::cpu {

Kernel pool_any(const KernelRequest& request, const Pool& pool, const Window& window);

}  // namespace yy::cpu
