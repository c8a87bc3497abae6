// Included in front of every kernel file of the race build: the compiler does not instrument calls of these
// functions, so they go to ones that report what they read and write.
#pragma once

#include <stddef.h>

extern "C" void* memcpy(void* to, const void* from, size_t bytes) noexcept __asm__("yy_cusim_memcpy");
extern "C" void* memmove(void* to, const void* from, size_t bytes) noexcept __asm__("yy_cusim_memmove");
extern "C" void* memset(void* to, int value, size_t bytes) noexcept __asm__("yy_cusim_memset");
