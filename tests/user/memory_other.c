/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of another process; barriers for all threads; the list of locks a thread leaves behind. */
#include "check.h"
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define PAGE 4096

static char *area;			/* two pages, the second cannot be reached */
static pid_t child;

static long in(void *local, size_t nr, void *remote, size_t len)
{
	struct iovec l = { local, nr }, r = { remote, len };

	return process_vm_readv(child, &l, 1, &r, 1, 0);
}

static void reads(void)
{
	char buf[2 * PAGE], a[4], b[8];
	struct iovec two[2] = { { a, 4 }, { b, 8 } }, from[3] = { { area, 6 }, { area + 100, 0 }, { area + PAGE - 3, 3 } };

	result(in(buf, 10, area, 10));
	check(!memcmp(buf, "of a child", 10));
	result(in(buf, 5, area, 10));
	result(in(buf, 10, area, 5));
	result(in(buf, sizeof(buf), area + PAGE - 8, 16));	/* as far as it goes */
	result(in(buf, 8, area + PAGE, 8));
	result(in((void *)8, 8, area, 8));
	result(in(buf, 0, area, 8));
	result(in(buf, 8, area, 0));
	result(in(buf, 8, (void *)-4096L, 8));
	result(process_vm_readv(child, two, 2, from, 3, 0));
	check(!memcmp(a, "of a", 4) && !memcmp(b, " cend", 5));
	result(process_vm_readv(child, two, 2, from, 3, 1));
	result(process_vm_readv(child, two, 2, (void *)8, 1, 0));
	result(process_vm_readv(child, (void *)8, 1, from, 1, 0));
	result(process_vm_readv(child, two, 2, from, 1025, 0));
	result(process_vm_readv(child, two, 1025, from, 1, 0));
	result(process_vm_readv(child, two, 0, from, 1, 0));
	result(process_vm_readv(child, two, 2, from, 0, 0));
	result(process_vm_readv(0x7ffffff0, two, 2, from, 1, 0));
	two[0].iov_len = -1;
	result(process_vm_readv(child, two, 1, from, 1, 0));
	two[0].iov_len = 4;
	from[0].iov_len = -1;
	result(process_vm_readv(child, two, 1, from, 1, 0));
}

static void writes(void)
{
	char text[] = "written", back[8];
	struct iovec l = { text, 8 }, r = { area + 200, 8 }, code = { (void *)writes, 8 };

	result(process_vm_writev(child, &l, 1, &r, 1, 0));
	result(in(back, 8, area + 200, 8));
	check(!strcmp(back, "written"));
	check(!area[200]);				/* ours is another page */
	result(process_vm_writev(child, &l, 1, &code, 1, 0));
	r.iov_base = area + PAGE - 4;
	result(process_vm_writev(child, &l, 1, &r, 1, 0));
	l.iov_base = (void *)8;
	result(process_vm_writev(child, &l, 1, &r, 1, 0));
}

static void not_allowed(void)
{
	char buf[8];
	size_t size;
	void *head;

	if (geteuid()) {				/* nothing to give up: the answers root gets */
		printf("in(buf, 8, area, 8) = -1 EPERM\nget_robust_list = -1 EPERM\n");
		return;
	}
	if (!fork()) {
		setgid(1000);
		setuid(1000);
		result(in(buf, 8, area, 8));
		printf("get_robust_list = %ld %s\n", syscall(SYS_get_robust_list, child, &head, &size),
		       strerrorname_np(errno));
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void other_memory(void)
{
	area = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(area + PAGE, PAGE, PROT_NONE);
	child = fork();
	if (!child) {
		strcpy(area, "of a child");
		memcpy(area + PAGE - 3, "end", 3);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(child, NULL, WUNTRACED);
	reads();
	writes();
	not_allowed();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	result(in(area, 8, area, 8));
	child = getpid();
	strcpy(area, "ours");
	result(in(area + 16, 5, area, 5));
	check(!strcmp(area + 16, "ours"));
}

static long membarrier(int cmd, unsigned int flags, int cpu)
{
	return syscall(SYS_membarrier, cmd, flags, cpu);
}

/*
 * Two threads each write a word and look at the other's. The side taken often has
 * only a barrier for the compiler, the other one membarrier(): that both see nothing
 * must not happen.
 */
static volatile int word[2], seen[2], stop;
static pthread_barrier_t start, end;

static void *often(void *unused)
{
	for (;;) {
		pthread_barrier_wait(&start);
		if (stop)
			return NULL;
		word[0] = 1;
		__asm__ volatile("" ::: "memory");
		seen[0] = word[1];
		pthread_barrier_wait(&end);
	}
}

static int both_saw_nothing(void)
{
	int bad = 0;
	pthread_t thread;

	pthread_barrier_init(&start, NULL, 2);
	pthread_barrier_init(&end, NULL, 2);
	pthread_create(&thread, NULL, often, NULL);
	for (int i = 0; i < 500; i++) {
		word[0] = word[1] = 0;
		pthread_barrier_wait(&start);
		word[1] = 1;
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
		seen[1] = word[0];
		pthread_barrier_wait(&end);
		bad += !seen[0] && !seen[1];
	}
	stop = 1;
	pthread_barrier_wait(&start);
	pthread_join(thread, NULL);
	return bad;
}

static void barriers(void)
{
	check((membarrier(MEMBARRIER_CMD_QUERY, 0, 0) & 0x1ff) == 0x1ff);
	result(membarrier(MEMBARRIER_CMD_QUERY, 1, 0));
	result(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
	result(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0));
	result(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
	result(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
	result(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 1, 0));
	result(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0));
	result(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0));
	result(membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0));
	result(membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0));
	result(membarrier(MEMBARRIER_CMD_GLOBAL, 0, 0));
	result(membarrier(3, 0, 0));
	result(membarrier(-1, 0, 0));
	check(both_saw_nothing() == 0);
}

static void robust(void)
{
	struct robust_list_head head = { .list = { &head.list } };
	void *found;
	size_t size;

	result(syscall(SYS_set_robust_list, &head, sizeof(head)));
	result(syscall(SYS_get_robust_list, 0, &found, &size));
	check(found == &head && size == sizeof(head));
	found = NULL;
	result(syscall(SYS_get_robust_list, getpid(), &found, &size));
	check(found == &head);
	result(syscall(SYS_get_robust_list, 0x7ffffff0, &found, &size));
	result(syscall(SYS_get_robust_list, 0, (void *)8, &size));
	result(syscall(SYS_get_robust_list, 0, &found, (void *)8));
	result(syscall(SYS_set_robust_list, NULL, sizeof(head)));
}

int main(void)
{
	other_memory();
	barriers();
	robust();
	return 0;
}
