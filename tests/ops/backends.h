// The devices that backend_test.cpp runs the cases on: each program that it is linked into defines its own.
#pragma once

#include <string_view>
#include <vector>

#include "runtime/backend.h"

namespace yy::test {

struct DeviceUnderTest {
  const Backend* backend;
  unsigned promises;         // its bit in the rows of ops/op_list.inc
  std::vector<int> threads;  // how many of the host's threads to try
};

const std::vector<DeviceUnderTest>& devices_under_test();

}  // namespace yy::test
