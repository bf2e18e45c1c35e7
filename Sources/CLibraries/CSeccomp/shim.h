// libseccomp: its actions are function-like macros and seccomp_rule_add is variadic.
#ifndef STENTOR_CSECCOMP_SHIM_H
#define STENTOR_CSECCOMP_SHIM_H

#include <errno.h>
#include <seccomp.h>

static inline scmp_filter_ctx cseccomp_filter_answering(int error) { return seccomp_init(SCMP_ACT_ERRNO(error)); }

static inline int cseccomp_allow(scmp_filter_ctx filter, int number) {
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
}

static inline int cseccomp_refuse(scmp_filter_ctx filter, int number, int error) {
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), number, 0);
}

// Allows a call only while `argument & mask` equals `value` (clone with CLONE_THREAD).
static inline int cseccomp_allow_masked(
    scmp_filter_ctx filter, int number, unsigned argument, unsigned long mask, unsigned long value) {
    struct scmp_arg_cmp comparison = SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask, value);
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, 1, &comparison);
}

#endif
