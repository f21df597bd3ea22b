#pragma once
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <xlsxwriter.h>

/// A file without a name that is memory, and that no other program inherits; less than 0 where there is none.
static inline int rollcall_memory_file(void) { return (int)syscall(SYS_memfd_create, "workbook", 1u); }

/// Whether a folder is memory.
static inline int rollcall_is_memory(const char *folder) {
  struct statfs facts;
  return statfs(folder, &facts) == 0 && facts.f_type == 0x01021994;
}
