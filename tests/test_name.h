// Makes a GoogleTest name out of a string parameter: letters and digits stay, all else becomes "_".
#pragma once

#include <cctype>
#include <gtest/gtest.h>
#include <string>

namespace yy::test {

struct TestName {
  template <class Parameter>
  std::string operator()(const testing::TestParamInfo<Parameter>& parameter) const {
    std::string name = parameter.param;
    for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    return name;
  }
};

}  // namespace yy::test
