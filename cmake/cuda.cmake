# Finds CUDA Toolkit 13 and sets YY_CUDA_FOUND. nvcc is looked for where CMake looks, and then where
# tools/cuda_toolkit.sh puts the toolkit, build/cuda-toolkit.
set(YY_CUDA_FOUND OFF)
if(NOT YY_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "YY_CUDA should be AUTO, ON or OFF, found '${YY_CUDA}'.")
endif()
if(YY_CUDA STREQUAL "OFF")
  return()
endif()

set(own_toolkit ${PROJECT_SOURCE_DIR}/build/cuda-toolkit/cuda)
include(CheckLanguage)
if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX} AND EXISTS ${own_toolkit}/bin/nvcc)
  set(CMAKE_CUDA_COMPILER ${own_toolkit}/bin/nvcc)
  set(CUDAToolkit_ROOT ${own_toolkit})
endif()
check_language(CUDA)
if(CMAKE_CUDA_COMPILER)
  # Every generation that the toolkit knows and that is in use, and PTX for those to come. The preset `release` has
  # one, so that a build for tests is quick.
  set(YY_CUDA_ARCHITECTURES "75-real;80-real;86-real;89-real;90-real;120" CACHE STRING
      "Compute capabilities to compile kernels for, as in CMAKE_CUDA_ARCHITECTURES")
  set(CMAKE_CUDA_ARCHITECTURES ${YY_CUDA_ARCHITECTURES})
  enable_language(CUDA)
  find_package(CUDAToolkit 13 QUIET)
endif()
if(CMAKE_CUDA_COMPILER AND CUDAToolkit_FOUND AND CUDAToolkit_VERSION VERSION_LESS 14)
  set(YY_CUDA_FOUND ON)
  message(STATUS "CUDA ${CUDAToolkit_VERSION}, for ${YY_CUDA_ARCHITECTURES}")
elseif(YY_CUDA STREQUAL "ON")
  message(FATAL_ERROR "YY_CUDA is ON, but CUDA Toolkit 13 was not found (nvcc: '${CMAKE_CUDA_COMPILER}', toolkit: "
                      "'${CUDAToolkit_VERSION}'). `tools/cuda_toolkit.sh` gets the parts that are needed from PyPI.")
else()
  message(STATUS "No CUDA Toolkit 13: building without the CUDA device")
endif()
