#define _GNU_SOURCE
#include "csystem_landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// Rights newer than the Debian 12 headers: REFER (version 2) is there, TRUNCATE (3) and IOCTL_DEV (5) are not.
#define RIGHT_TRUNCATE (1ULL << 14)
#define RIGHT_IOCTL_DEV (1ULL << 15)
#define READING (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

int csystem_landlock_version(void) {
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

int csystem_landlock_restrict(const char *const *paths, int count) {
    int version = csystem_landlock_version();
    if (version < 0) return -1;
    uint64_t handled = (1ULL << 13) - 1; // every right of version 1
    if (version >= 2) handled |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3) handled |= RIGHT_TRUNCATE;
    if (version >= 5) handled |= RIGHT_IOCTL_DEV;
    struct landlock_ruleset_attr attributes = {.handled_access_fs = handled};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0) return -1;
    int result = 0;
    for (int i = 0; i < count && result == 0; i++) {
        int parent = open(paths[i], O_PATH | O_CLOEXEC);
        if (parent < 0) continue;
        struct landlock_path_beneath_attr rule = {.allowed_access = READING, .parent_fd = parent};
        if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
            // A file takes no directory right.
            rule.allowed_access &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
            result = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        }
        close(parent);
    }
    if (result == 0) result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
    int saved = errno;
    close(ruleset);
    errno = saved;
    return result;
}
