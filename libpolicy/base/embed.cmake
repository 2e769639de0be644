# cmake -DIN=FILE.mo -DOUT=FILE.c -P embed.cmake: the bytes of IN as a C array.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
    "\\1\n" lines "${bytes}")
file(WRITE ${OUT} "#include \"base/catalogue.h\"\n\nconst unsigned char text_catalogue[] = {\n${lines}0};\n")
