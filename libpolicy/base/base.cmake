# zh_CN.po -> MO -> a C array in the library. A wrong format directive in a translation fails the build.
find_program(MSGFMT msgfmt REQUIRED)
set(catalogue ${CMAKE_CURRENT_BINARY_DIR}/base/catalogue)
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/base)
add_custom_command(OUTPUT ${catalogue}.c
    COMMAND ${MSGFMT} --check-format --check-domain --no-hash --endianness=little
            -o ${catalogue}.mo ${CMAKE_CURRENT_SOURCE_DIR}/base/zh_CN.po
    COMMAND ${CMAKE_COMMAND} -DIN=${catalogue}.mo -DOUT=${catalogue}.c
            -P ${CMAKE_CURRENT_SOURCE_DIR}/base/embed.cmake
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/base/zh_CN.po ${CMAKE_CURRENT_SOURCE_DIR}/base/embed.cmake
    VERBATIM)
target_sources(gdpop_base PRIVATE ${catalogue}.c)
