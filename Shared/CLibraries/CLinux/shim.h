// The Linux calls that `import Glibc` does not expose: epoll, eventfd and the name of a thread.
#ifndef ASTERISM_CLINUX_H
#define ASTERISM_CLINUX_H

#include <sys/prctl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

// `epoll_event.data` is a union, which Swift sees as such; these two name the one member we use.
static inline struct epoll_event asterism_epoll_event(uint32_t events, uint64_t token) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = token;
    return event;
}

static inline uint64_t asterism_epoll_token(const struct epoll_event *event) { return event->data.u64; }

// `prctl` is variadic. The kernel keeps the first 15 bytes.
static inline void asterism_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
