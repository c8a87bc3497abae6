// What CUDA tells of this machine, in words.
#pragma once

#include <string>

namespace yy::cuda {

// Why no device can be used at all: no driver, one that is too old, no device. Empty where there is one.
std::string driver_trouble();

// How many devices there are; 0 where driver_trouble() says why.
int device_count();

// Why device `device`, which exists, cannot be used: too old, no code for it in this program, no memory for
// even a stream. Empty where it can.
std::string device_trouble(int device);

}  // namespace yy::cuda
