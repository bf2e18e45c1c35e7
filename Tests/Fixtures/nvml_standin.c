// A stand-in for NVIDIA's management library. What it says comes from the macros it is built with.
#include <string.h>

struct memory { unsigned long long total, free, used; };
struct utilization { unsigned gpu, memory; };

int nvmlInit_v2(void) { return INIT; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = COUNT; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    if (index == 2) return 15; // NVML_ERROR_GPU_IS_LOST
    *device = (void *)(unsigned long)(index + 1);
    return 0;
}
int nvmlDeviceGetName(void *device, char *name, unsigned length) {
    memset(name, 'x', length); // without an end, as no library should
    if (device == (void *)1) strncpy(name, "Stand-in 4090", length);
    return 0;
}
int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory) {
    memory->total = 1000; memory->used = device == (void *)1 ? USED : 990; memory->free = memory->total - memory->used;
    return 0;
}
#ifndef OLD
int nvmlDeviceGetUtilizationRates(void *device, struct utilization *rates) {
    if (device != (void *)1) return 3; // NVML_ERROR_NOT_SUPPORTED
    rates->gpu = 250; rates->memory = 1;
    return 0;
}
#endif
