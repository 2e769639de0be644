# cmake "-DIN=FILE;FILE" -DOUT=FILE.c -P calendar_embed.cmake: the bytes of the files as a C array.
set(bytes "")
foreach(file ${IN})
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," more "${hex}")
    string(APPEND bytes "${more}\n")
endforeach()
file(WRITE ${OUT} "#include \"model/workday.h\"\n\nstatic const unsigned char shipped[] = {\n${bytes}};\n\n"
    "struct bytes workday_shipped(void)\n{\n    return BYTES(shipped, sizeof(shipped));\n}\n")
