// SPDX-License-Identifier: BSD-2-Clause
/* From the kernel's last step to the first program. */
#include <kernel/binfmts.h>
#include <kernel/fdtable.h>
#include <kernel/fs.h>
#include <kernel/init.h>
#include <kernel/namei.h>
#include <kernel/printk.h>
#include <lib/cmdline.h>
#include <lib/err.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define MAX_ARGS	32
#define LINE_SIZE	2048

static const char *const init_envp[] = { "HOME=/", "TERM=linux", NULL };

/* Device nodes are where every program looks for them, whether the initramfs has the directory or not. */
static void mount_dev(void)
{
	struct path root;
	struct dentry *dentry = kern_path_create("/dev", &root, LOOKUP_DIRECTORY);
	int err;

	if (!IS_ERR(dentry)) {
		vfs_make(root.dentry->d_inode, dentry, S_IFDIR | 0755, 0, NULL);
		done_path_create(&root, dentry);
	}
	err = do_mount_at("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	if (err)
		printk(KERN_WARNING "init: devtmpfs cannot be mounted on /dev (error %d)\n", err);
}

/* Standard input, output and error; programs live without, if need be. */
static void open_console(void)
{
	struct file *console = filp_open("/dev/console", O_RDWR, 0);
	int fd;

	if (IS_ERR(console)) {
		printk(KERN_WARNING "init: /dev/console cannot be opened (error %ld)\n", PTR_ERR(console));
		return;
	}
	for (fd = 0; fd < 3; fd++)
		alloc_fd_install(get_file(console), O_RDWR);
	fput(console);
}

/* The words behind "--" are for the first program. */
static void add_args(char *line, const char **argv)
{
	unsigned int nr = 1;
	char *p = strstr(line, " -- ");

	for (p = p ? p + 4 : line + strlen(line); *p && nr < MAX_ARGS - 1;) {
		while (*p == ' ')
			*p++ = '\0';
		if (*p)
			argv[nr++] = p;
		while (*p && *p != ' ')
			p++;
	}
	argv[nr] = NULL;
}

static int try_init(const char *path, const char **argv, bool expected)
{
	int err;

	argv[0] = path;
	err = kernel_execve(path, argv, init_envp);
	if (err && (expected || err != -ENOENT))
		printk(KERN_ERR "init: %s does not run (error %d)\n", path, err);
	return err;
}

int run_init(const char *cmdline)
{
	static const char *const places[] = { "/init", "/sbin/init", "/etc/init", "/bin/init", "/bin/sh" };
	static char line[LINE_SIZE], asked[256];	/* PID 1 alone is here */
	static const char *argv[MAX_ARGS];
	unsigned int i;
	int err;

	mount_dev();
	open_console();
	strscpy(line, cmdline, sizeof(line));
	add_args(line, argv);
	if (cmdline_find_option(cmdline, "init", asked, sizeof(asked)) > 0 ||
	    cmdline_find_option(cmdline, "rdinit", asked, sizeof(asked)) > 0)
		return try_init(asked, argv, true);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		err = try_init(places[i], argv, false);
		if (!err)
			return 0;
	}
	return err;
}
