/* A disk that takes 3 ms to flush: preloaded, it sleeps before every fsync and fdatasync. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int slowly(const char *name, int fd) {
    struct timespec pause = {0, 3000000};
    nanosleep(&pause, 0);
    int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return flush(fd);
}

int fsync(int fd) { return slowly("fsync", fd); }
int fdatasync(int fd) { return slowly("fdatasync", fd); }
