# `cmake --install` puts the library, its public headers, yy-run and the package files in place, so that
# `find_package(yinyang)` gives yinyang::yinyang.
include(CMakePackageConfigHelpers)
install(TARGETS yinyang EXPORT yinyang-targets)
install(DIRECTORY runtime ops onnx cpu cuda image yy
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/yinyang
        FILES_MATCHING PATTERN "*.h"
        PATTERN "private" EXCLUDE
        PATTERN "kernels" EXCLUDE)
install(EXPORT yinyang-targets NAMESPACE yinyang:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/yinyang)
configure_package_config_file(cmake/yinyang-config.cmake.in ${PROJECT_BINARY_DIR}/yinyang-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/yinyang)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/yinyang-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/yinyang-config.cmake ${PROJECT_BINARY_DIR}/yinyang-config-version.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindOneDNN.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/yinyang)
