/* Loaded into keepalived for `judge --view`: it dumps its configuration only after IPVS answered, and then goes on
 * running. Here every IPVS request succeeds, and a process ends where its event loop begins: by then the dump is
 * complete, so nobody has to wait for it or guess. Built without libc's start files, because the tree's libc is
 * older than that of the machine that compiles this. */
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_child;

pid_t fork(void) {
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) is_child = 1;
    return pid;
}

int epoll_wait(int queue, struct epoll_event *events, int most, int timeout) {
    if (is_child) _exit(0);
    /* The parent has nothing to add to what its children said, and none if it can go to sleep. */
    int ended = 0;
    while (syscall(SYS_wait4, -1, NULL, 0, NULL) > 0) ended = 1;
    if (ended || timeout != 0) _exit(0);
    return (int)syscall(SYS_epoll_pwait, queue, events, most, timeout, NULL, 8);
}

/* The numbers of ip_vs.h: 1152 (IP_VS_BASE_CTL) and what follows. */
static int is_ipvs(int level, int name) { return level == IPPROTO_IP && name >= 1152 && name < 1184; }

int getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
    if (is_ipvs(level, name)) {
        memset(value, 0, *length);
        return 0;
    }
    return (int)syscall(SYS_getsockopt, fd, level, name, value, length);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
    if (is_ipvs(level, name)) return 0;
    return (int)syscall(SYS_setsockopt, fd, level, name, value, length);
}
