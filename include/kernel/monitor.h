#ifndef KERNEL_MONITOR_H
#define KERNEL_MONITOR_H
#include <lib/types.h>
struct monitor_command { const char *name, *args, *help; int (*fn)(int, char**); };
#define MONITOR_COMMAND(n,a,h,f) static const struct monitor_command __monitor_##n __used __section(".monitor_cmds." #n) = { #n, a, h, f }
void monitor_run(const char *cmdline) __noreturn;
#endif
