# conf/calendar/*.conf, one behind the other -> a C array in the room model.
file(GLOB calendars CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/conf/calendar/*.conf)
set(shipped ${CMAKE_CURRENT_BINARY_DIR}/model/calendar.c)
add_custom_command(OUTPUT ${shipped}
    COMMAND ${CMAKE_COMMAND} "-DIN=${calendars}" -DOUT=${shipped}
            -P ${CMAKE_CURRENT_SOURCE_DIR}/model/calendar_embed.cmake
    DEPENDS ${calendars} ${CMAKE_CURRENT_SOURCE_DIR}/model/calendar_embed.cmake
    VERBATIM)
target_sources(gdpop_model PRIVATE ${shipped})
