// Landlock has no libc wrapper (landlock(7)): three system calls and the bits they take.
#ifndef STENTOR_CSYSTEM_LANDLOCK_H
#define STENTOR_CSYSTEM_LANDLOCK_H

// The kernel's Landlock version, or -1 with errno when it has none.
int csystem_landlock_version(void);

// From now on this thread (and what it starts) opens files only beneath `paths`, and those only for reading and
// executing; with `count` 0 nothing at all can be opened by name. Paths that do not exist are passed over.
// Returns 0, or -1 with errno. Needs no_new_privs.
int csystem_landlock_restrict(const char *const *paths, int count);

#endif
