// The rival library's one function.
#pragma once

#include <cstddef>

// Number of nodes in a serialized model, -1 where it is none. The messages' descriptors are used on the way.
extern "C" int rival_count_nodes(const void* bytes, std::size_t size);
