/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of a process: which addresses there are (VMAs), which pages are behind
 * them (page tables), and what happens at the first touch (faults).
 *
 * mmap_lock is held to read by who looks at VMAs, as faults do, and to write by who
 * changes them. Entries of page tables are guarded by a lock per table, so threads
 * that fault at the same time wait for each other only within 2 MiB.
 *
 * Order of locks: mmap_lock, address_space.i_mmap_mutex, a table's lock (that of a
 * level 2 table before that of a level 1 table, of two mm's the parent's first),
 * address_space.lock. No user memory is touched with any of them held.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include <asm/page.h>
#include <kernel/rwsem.h>
#include <mm/filemap.h>
#include <uapi/mman.h>

struct file;
struct task_struct;
struct vm_area_struct;

#define MMAP_MIN_ADDR		_AC(0x10000, UL)	/* lowest that a program without CAP_SYS_RAWIO maps */
#define DEFAULT_MAX_MAP_COUNT	65530
#define STACK_GUARD_GAP		(256 * PAGE_SIZE)	/* below a stack that grows nothing else lies */

/* vm_flags; the first eight as Linux has them */
#define VM_READ		0x00000001u
#define VM_WRITE	0x00000002u
#define VM_EXEC		0x00000004u
#define VM_SHARED	0x00000008u
#define VM_MAYREAD	0x00000010u	/* mprotect() may set VM_READ */
#define VM_MAYWRITE	0x00000020u
#define VM_MAYEXEC	0x00000040u
#define VM_MAYSHARE	0x00000080u	/* was mapped with MAP_SHARED, if also read-only */
#define VM_GROWSDOWN	0x00000100u
#define VM_PFNMAP	0x00000400u	/* frames without struct page: of devices, by remap_pfn_range() */
#define VM_LOCKED	0x00002000u
#define VM_IO		0x00004000u
#define VM_SEQ_READ	0x00008000u
#define VM_RAND_READ	0x00010000u
#define VM_DONTCOPY	0x00020000u	/* not for a child of fork() */
#define VM_DONTEXPAND	0x00040000u	/* mremap() leaves its size */
#define VM_LOCKONFAULT	0x00080000u
#define VM_ACCOUNT	0x00100000u	/* is part of what is committed */
#define VM_NORESERVE	0x00200000u
#define VM_WIPEONFORK	0x02000000u	/* a child of fork() finds zeros */
#define VM_DONTDUMP	0x04000000u
#define VM_HUGEPAGE	0x20000000u
#define VM_NOHUGEPAGE	0x40000000u

#define VM_STACK_FLAGS	(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_GROWSDOWN | VM_ACCOUNT)
#define VM_DATA_FLAGS	(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT)

/* What an access is, for handle_mm_fault() and who acts for a program. */
#define FAULT_WRITE	0x01u
#define FAULT_USER	0x02u		/* in user mode, rather than by a copy of the kernel's */
#define FAULT_EXEC	0x04u
#define FAULT_FORCE	0x08u		/* as a debugger: needs only VM_MAYREAD, VM_MAYWRITE */
#define FAULT_NATURAL	0x10u		/* populate_range(): what can be written and is private is written */

enum vm_fault_result {
	VM_FAULT_OK,			/* the access can be made again */
	VM_FAULT_MAPERR,		/* nothing is mapped: SIGSEGV, SEGV_MAPERR */
	VM_FAULT_ACCERR,		/* not with these rights: SIGSEGV, SEGV_ACCERR */
	VM_FAULT_SIGBUS,		/* behind the end of the file: SIGBUS, BUS_ADRERR */
	VM_FAULT_OOM,			/* no memory: pagefault_out_of_memory() */
	VM_FAULT_NOPAGE,		/* of vm_ops->fault only: the entry is made already */
};

/* What vm_ops->fault is asked for. */
struct vm_fault {
	unsigned long	address;	/* of the page */
	unsigned long	pgoff;		/* in the file, in pages */
	unsigned int	flags;		/* FAULT_WRITE... */
	struct page	*page;		/* the answer, with a reference for the mapping */
};

/* What a kind of mapping does. All may be NULL; without fault the pages are zeros of the process's own. */
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);	/* one more VMA of it, by fork() or a split */
	void (*close)(struct vm_area_struct *vma);	/* one less */
	enum vm_fault_result (*fault)(struct vm_area_struct *vma, struct vm_fault *vmf);	/* mmap_lock held to read */
	const char *(*name)(struct vm_area_struct *vma);	/* in /proc/PID/maps, of what has no file */
};

/* A range of addresses with the same rights and the same thing behind it. All fields: mmap_lock. */
struct vm_area_struct {
	unsigned long	vm_start, vm_end;	/* multiples of PAGE_SIZE, not empty; also mapping->i_mmap_mutex */
	unsigned int	vm_flags;
	u8		height;			/* in the tree; <mm/vma_tree.h> */
	bool		anon;			/* may have pages of the process's own, which fork() has to copy */
	u64		vm_page_prot;		/* bits of an entry for a page of it; write is left out where it is to fault */
	struct vm_area_struct *parent, *child[2];	/* the tree */
	unsigned long	gap, max_gap;		/* free bytes before it; largest of such in its subtree */
	struct vm_area_struct *vm_prev, *vm_next;	/* by address */
	struct mm_struct *vm_mm;
	unsigned long	vm_pgoff;		/* of vm_start in the file, in pages */
	struct file	*vm_file;		/* holds a reference; NULL: none */
	struct address_space *vm_mapping;	/* whose pages; NULL: none, the VMA is anonymous or a device's */
	struct list_head shared;		/* in vm_mapping->i_mmap; its i_mmap_lock */
	const struct vm_operations_struct *vm_ops;	/* NULL: anonymous */
	void		*vm_private_data;	/* of vm_ops */
};

struct vma_tree {
	struct vm_area_struct *root, *first, *last;
};

enum mm_counter { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, NR_MM_COUNTERS };

struct mm_struct {
	u64		*pgd;			/* top-level table, as the kernel sees it */
	struct rw_semaphore mmap_lock;
	struct vma_tree	vmas;			/* mmap_lock */
	struct vm_area_struct *vma_cache;	/* found last; set with mmap_lock to read, cleared with it to write */
	unsigned int	map_count;		/* VMAs; mmap_lock */
	u32		mm_users;		/* threads, and who else uses the memory: mmget(); atomic */
	u32		mm_count;		/* references to this structure: mmgrab(), all mm_users are one; atomic */

	/* TLB: <asm/tlb.h> */
	u64		cpu_mask;		/* CPUs that have loaded pgd; atomic, set and cleared by switch_mm() */
	u64		tlb_gen;		/* flushes so far, from 1: what a CPU kept from before is not to be used; atomic */
	u64		ctx_id;			/* never two mm's the same, from 1 */

	/* pages; atomic */
	long		rss[NR_MM_COUNTERS];
	unsigned long	pgtables_bytes;
	/* pages; mmap_lock */
	unsigned long	total_vm, data_vm, exec_vm, stack_vm, locked_vm, hiwater_vm;
	unsigned long	hiwater_rss;		/* as far as it was noted before pages went */
	unsigned int	def_flags;		/* VM_LOCKED after mlockall(MCL_FUTURE) */

	/* what exec() sets and prctl(PR_SET_MM), /proc show; addresses; mmap_lock */
	unsigned long	start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	unsigned long	arg_start, arg_end, env_start, env_end;
	unsigned long	mmap_base;		/* areas without a place are put below, from the top down */
	unsigned long	saved_auxv[2 * 24];
	void		*vdso;			/* user address, arch */
	struct file	*exe_file;		/* holds a reference; /proc/PID/exe */
	u32		membarrier;		/* commands of membarrier() it has registered for; atomic */
	bool		dumpable;
	bool		oom_reaped;		/* its memory was taken by the OOM killer: all faults fail */
};

/* ---------------------------------------------------------------- life: mm/mmap.c, kernel side of fork and exec */

/** mm_alloc() - memory with nothing in it, for exec(); one user. Return: NULL when there is no memory */
struct mm_struct *mm_alloc(void);

/**
 * dup_mm() - a copy of the memory of this process, for fork(); one user
 * Pages are shared until one side writes. Files' pages are not copied but found again when touched.
 * Return: or ERR_PTR(-ENOMEM), ERR_PTR(-EINTR)
 */
struct mm_struct *dup_mm(struct mm_struct *old);

/** mmget() - another user. mmput() - one less: the last one gives back all memory, and drops the structure. May sleep */
static inline void mmget(struct mm_struct *mm)
{
	__atomic_fetch_add(&mm->mm_users, 1, __ATOMIC_RELAXED);
}

void mmput(struct mm_struct *mm);

/** mmget_not_zero() - another user of what may be on its way out: whether it was not */
bool mmget_not_zero(struct mm_struct *mm);

/**
 * mmgrab() - keep the structure and the top-level table, without the memory: for a CPU that has it loaded
 * mmdrop() - the last one frees it. Context: any but NMI
 */
static inline void mmgrab(struct mm_struct *mm)
{
	__atomic_fetch_add(&mm->mm_count, 1, __ATOMIC_RELAXED);
}

void mm_free(struct mm_struct *mm);

static inline void mmdrop(struct mm_struct *mm)
{
	if (!__atomic_sub_fetch(&mm->mm_count, 1, __ATOMIC_ACQ_REL))
		mm_free(mm);
}

/** get_task_mm() - the memory of @p as another user of it, NULL: a kernel thread, or one that has ended */
struct mm_struct *get_task_mm(struct task_struct *p);

static inline void mmap_read_lock(struct mm_struct *mm)		{ down_read(&mm->mmap_lock); }
static inline void mmap_read_unlock(struct mm_struct *mm)	{ up_read(&mm->mmap_lock); }
static inline void mmap_write_lock(struct mm_struct *mm)	{ down_write(&mm->mmap_lock); }
static inline void mmap_write_unlock(struct mm_struct *mm)	{ up_write(&mm->mmap_lock); }

/* ---------------------------------------------------------------- VMAs: mm/mmap.c */

/** find_vma() - the first VMA that ends above @addr, NULL: none; it may begin above, too. mmap_lock held */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);

/** vma_lookup() - the VMA that @addr is in, NULL: none. mmap_lock held */
static inline struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

#define for_each_vma(mm, vma)	for ((vma) = (mm)->vmas.first; (vma); (vma) = (vma)->vm_next)

/**
 * do_mmap() - map @len bytes into current->mm, as mmap() does; all checks are made
 * @file: NULL: anonymous. Its f_op->mmap decides what is behind the addresses
 * @pgoff: in the file, in pages
 * Return: the address, or -Exxx. Context: mmap_lock held to write.
 * vm_mmap() - the same for the ELF loader: takes the lock itself, and populates
 */
unsigned long do_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flags, unsigned long pgoff);
unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flags, unsigned long pgoff);

/** do_munmap() - nothing is mapped in the range any more. Context: mmap_lock held to write. vm_munmap(): takes it */
int do_munmap(struct mm_struct *mm, unsigned long addr, unsigned long len);
int vm_munmap(unsigned long addr, unsigned long len);

/** vm_brk_flags() - anonymous memory at a fixed address in current->mm, for the ELF loader; @flags: 0 or VM_EXEC */
int vm_brk_flags(unsigned long addr, unsigned long len, unsigned int flags);

/**
 * install_special_mapping() - a mapping of the kernel's own, such as the vDSO, at a free address of current->mm
 * @vm_flags: with VM_MAY...; @ops: fault gives the pages; name
 * Return: or -Exxx in ERR_PTR. Context: mmap_lock held to write.
 */
struct vm_area_struct *install_special_mapping(struct mm_struct *mm, unsigned long addr, unsigned long len,
					       unsigned int vm_flags, const struct vm_operations_struct *ops,
					       void *private_data);

/** get_unmapped_area() - a free range, or -Exxx; as mmap() finds one. mmap_lock held */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long flags);

/**
 * remap_pfn_range() - in f_op->mmap: frames of a device, all at once; they have no struct page
 * @cache: _PAGE_CACHE_WB, _PAGE_CACHE_WC or _PAGE_CACHE_UC
 */
int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn, unsigned long size, u64 cache);

/** generic_file_mmap() - f_op->mmap of a file whose pages are in the page cache of its inode */
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);

/* ---------------------------------------------------------------- exec */

/**
 * arch_pick_mmap_layout() - where a new program's areas go: mm->mmap_base, at random below @stack_top and
 *                           the stack's limit @rlim_stack
 * randomize_stack_top() - where its stack begins
 * arch_randomize_brk() - where its heap begins, at or above mm->brk as the ELF loader has set it
 * elf_dyn_base() - where a static PIE is put
 * All random unless the command line says norandmaps, or personality ADDR_NO_RANDOMIZE.
 */
void arch_pick_mmap_layout(struct mm_struct *mm, unsigned long stack_top, unsigned long rlim_stack);
unsigned long randomize_stack_top(void);
unsigned long arch_randomize_brk(struct mm_struct *mm);
unsigned long elf_dyn_base(void);

/**
 * setup_arg_pages() - the stack of a new program, ending at @stack_top
 * It is there at once, so that access_remote_vm() can write arguments below @stack_top, and grows
 * to what RLIMIT_STACK allows. @exec: PT_GNU_STACK asks for one that can be executed.
 * Return: 0 or -Exxx. Context: mmap_lock of @mm not held; @mm need not be current->mm.
 */
int setup_arg_pages(struct mm_struct *mm, unsigned long stack_top, bool exec);

/* ---------------------------------------------------------------- faults: mm/memory.c */

/**
 * handle_mm_fault() - make @addr accessible, as the access in @flags wants it
 * Return: what the access deserves. Context: may sleep; mmap_lock not held.
 */
enum vm_fault_result handle_mm_fault(struct mm_struct *mm, unsigned long addr, unsigned int flags);

/**
 * pagefault_out_of_memory() - there was no page for a fault: make room, at the price of a process
 * Return: true: try again; false: this very thread is to die, it has got SIGKILL.
 */
bool pagefault_out_of_memory(void);

/**
 * get_user_page() - the page behind an address of any process, with a reference
 * @flags: FAULT_WRITE: to be written; FAULT_FORCE
 * Return: or ERR_PTR(-EFAULT), ERR_PTR(-ENOMEM). Context: may sleep, mmap_lock not held.
 */
struct page *get_user_page(struct mm_struct *mm, unsigned long addr, unsigned int flags);

/**
 * access_remote_vm() - copy @len bytes between @buf in the kernel and @addr in @mm, which is not current->mm,
 * or current->mm
 * @flags: FAULT_WRITE: to @addr; FAULT_FORCE: whatever its rights are, as ptrace() does
 * Return: bytes copied before the first that could not be.
 */
size_t access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, size_t len, unsigned int flags);

/**
 * populate_range() - touch all pages of [@start, @end) from the first on, as MAP_POPULATE does
 * @flags: FAULT_WRITE: all are written; FAULT_NATURAL
 * Return: 0, -ENOMEM, -EFAULT at the first that does not let it. Context: mmap_lock not held
 */
int populate_range(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned int flags);

/** get_mm_rss() - pages in memory */
static inline unsigned long get_mm_rss(const struct mm_struct *mm)
{
	long sum = mm->rss[MM_ANONPAGES] + mm->rss[MM_FILEPAGES] + mm->rss[MM_SHMEMPAGES];

	return sum > 0 ? sum : 0;
}

/* ---------------------------------------------------------------- /proc/PID: mm/maps.c */

struct seq_file;

/* The text of a whole file each; mmap_lock not held. Return: 0 */
int maps_show(struct seq_file *m, struct mm_struct *mm);
int smaps_show(struct seq_file *m, struct mm_struct *mm);
int smaps_rollup_show(struct seq_file *m, struct mm_struct *mm);
int statm_show(struct seq_file *m, struct mm_struct *mm);

/** mm_status_show() - the lines VmPeak to VmSwap of status */
void mm_status_show(struct seq_file *m, struct mm_struct *mm);

/* ---------------------------------------------------------------- what all processes have together */

extern u32 sysctl_overcommit_memory;	/* 0: by heuristics, 1: always, 2: never more than there is */
extern u32 sysctl_overcommit_ratio;	/* of RAM, in percent, for 2 */
extern u32 sysctl_max_map_count;	/* VMAs of one process */
extern u32 randomize_va_space;		/* 0: none, 1: all but brk, 2: all */
extern bool transparent_hugepage;	/* 2 MiB pages for large anonymous areas without being asked */

/** vm_committed_pages() - pages promised. vm_commit_limit() - how many may be, for sysctl_overcommit_memory 2 */
unsigned long vm_committed_pages(void);
unsigned long vm_commit_limit(void);
unsigned long totalram_pages(void);

/* Pages on lines of their own, for /proc/meminfo. */
unsigned long nr_anon_pages(void);
unsigned long nr_file_pages(void);	/* page cache */
unsigned long nr_table_pages(void);

/** mm_init_caches() - kmem caches of this; once, after mm_init() */
void mm_caches_init(void);

#endif
