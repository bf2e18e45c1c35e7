// Variadic and GNU-only process calls.
#ifndef STENTOR_CSYSTEM_PROCESS_H
#define STENTOR_CSYSTEM_PROCESS_H

#include <spawn.h>
#include <stddef.h>
#include <sys/types.h>

// PR_SET_NO_NEW_PRIVS: prctl is variadic.
int csystem_no_new_privileges(void);

// PR_SET_DUMPABLE 0: no core file, and no other process of the same user may attach.
int csystem_not_dumpable(void);

// PR_SET_NAME: what ps shows for this thread.
int csystem_name_thread(const char *name);

// An unlinked file in `directory` (O_TMPFILE, mode 0600, close-on-exec); open is variadic.
int csystem_open_unlinked(const char *directory);

// open(2) without variadic arguments; O_CLOEXEC is added.
int csystem_open(const char *path, int flags, mode_t mode);

// memfd_create with MFD_CLOEXEC; GNU-only.
int csystem_memory_file(const char *name);

// Gives up root for `identity` as user and group, with no other groups; the setres calls are GNU-only.
int csystem_leave_root(unsigned identity);

// posix_spawn_file_actions_addclosefrom_np; GNU-only.
int csystem_close_from(posix_spawn_file_actions_t *actions, int first);

// System calls to probe a confinement with; numbers differ between architectures.
enum csystem_probed_call {
    CSYSTEM_SOCKET,
    CSYSTEM_FORK,
    CSYSTEM_EXECUTE,
    CSYSTEM_SIGNAL,
    CSYSTEM_TRACE,
    CSYSTEM_PROCESS_DESCRIPTOR,
};

// Makes the call; 0 when the system let it through (whatever became of it), else the errno it was refused with.
int csystem_probe(enum csystem_probed_call call);

#endif
