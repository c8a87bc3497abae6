// The program itself: its constants, which kernels may read, and the lines of its code.
#pragma once

#include <cstddef>
#include <string>

namespace yy::cusim::race {

// Whether the bytes belong to the program's file or a library's, as opposed to heap and stacks.
bool is_in_program(const void* address, std::size_t bytes);

// "conv.cu:123", or "?" where binutils are not there to tell. Takes a while.
std::string line_of(const void* code);

}  // namespace yy::cusim::race
