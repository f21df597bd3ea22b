// The files of the local page, as they lie in Sources/RollcallWeb/Page, inside the program.
#ifndef ROLLCALL_PAGE_H
#define ROLLCALL_PAGE_H

#include <stddef.h>

struct page_file {
    // As a browser asks for it, without the slash.
    const char *path;
    const unsigned char *bytes;
    size_t size;
};

const struct page_file *page_files_start(void);
extern const size_t page_file_count;

#endif
