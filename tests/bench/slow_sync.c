// Adds 5 ms to every sync, as an ordinary disk would. Loaded before the C library into the process that writes: many
// machines' syncs only reach a cache, and what is fast there may be slow where it is installed.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int after_a_while(const char *name, int file) {
    struct timespec left = {.tv_sec = 0, .tv_nsec = 5 * 1000 * 1000};
    while (nanosleep(&left, &left) != 0) {
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(file);
}

int fsync(int file) { return after_a_while("fsync", file); }

int fdatasync(int file) { return after_a_while("fdatasync", file); }
