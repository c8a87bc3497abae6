// Damages a model file in one of two ways, the same for the same random numbers on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace yy::test {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t count);  // 0 to count - 1

// Bits flipped, bytes inserted, deleted, copied from elsewhere, the end cut off.
void mutate_bytes(std::string& file, Random& random);

// What survives protobuf, and so reaches what lies behind it: attributes, ranks, dimensions, element types,
// operators and names changed, inputs dropped and swapped. Bytes where `file` is no model.
void mutate_structure(std::string& file, Random& random);

}  // namespace yy::test
