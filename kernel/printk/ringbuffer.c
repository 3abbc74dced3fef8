// SPDX-License-Identifier: BSD-2-Clause
/*
 * A writer first takes cells by moving head in one compare-and-exchange, then
 * fills them, then stamps them, the record's first cell last. Cells may be taken
 * only while they all bear the stamp of the lap before: a writer that never ended
 * keeps its cells, and no two ever fill the same one. A reader believes a first
 * cell with the stamp of its lap, copies, and asks head afterwards whether the
 * cells were taken again meanwhile; then the copy is thrown away.
 *
 * Everything shared is read and written as whole words, atomically, so a copy
 * that raced is wrong but defined.
 */
#include <kernel/printk_ringbuffer.h>
#include <lib/string.h>

#define NR_BITS		24
#define NR_MASK		((1u << NR_BITS) - 1)
#define LAP(pos)	((pos) / PRB_CELLS)

#define CELL_WORDS	ARRAY_SIZE(((struct prb_cell *)0)->word)
#define INFO_WORDS	2		/* of a first cell */

static_assert((PRB_CELLS & (PRB_CELLS - 1)) == 0, "positions are masked");
static_assert(sizeof(struct prb_cell) == 64, "one cache line");

#define load(p)		__atomic_load_n(p, __ATOMIC_RELAXED)
#define store(p, v)	__atomic_store_n(p, v, __ATOMIC_RELAXED)
#define load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)

static const struct prb_cell *cell_at(const struct printk_ringbuffer *rb, u64 pos)
{
	return &rb->cell[pos & (PRB_CELLS - 1)];
}

static unsigned int cells_for(unsigned int len)
{
	return (INFO_WORDS * 8 + len + CELL_WORDS * 8 - 1) / (CELL_WORDS * 8);
}

/* Where the text's @i-th word is, counted through the cells of the record at @pos. */
static const u64 *text_word(const struct printk_ringbuffer *rb, u64 pos, unsigned int i)
{
	i += INFO_WORDS;
	return &cell_at(rb, pos + i / CELL_WORDS)->word[i % CELL_WORDS];
}

static u64 pack_info(const struct prb_info *info, u32 nr)
{
	return (u64)nr << 40 | (u64)info->goes_on << 32 | (u64)(u8)info->level << 16 | info->len;
}

static void unpack_info(struct prb_info *info, u64 packed)
{
	info->len = packed;
	info->level = packed >> 16;
	info->goes_on = packed >> 32 & 1;
}

/* ------------------------------------------------------------------- writing */

static bool cells_free(const struct printk_ringbuffer *rb, u64 pos, unsigned int n)
{
	for (u64 p = pos; p < pos + n; p++)
		if (load_acquire(&cell_at(rb, p)->stamp) >> 1 != LAP(p))
			return false;
	return true;
}

/* Take @n cells. Return: head as it was before; false when they are not free, and one number is used up. */
static bool take(struct printk_ringbuffer *rb, unsigned int n, u64 *taken)
{
	u64 head = load(&rb->head), next;
	bool is_free;

	do {
		is_free = cells_free(rb, head >> NR_BITS, n);
		next = (head & ~(u64)NR_MASK) | ((head + 1) & NR_MASK);
		if (is_free)
			next += (u64)n << NR_BITS;
	} while (!__atomic_compare_exchange_n(&rb->head, &head, next, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	*taken = head;
	return is_free;
}

bool prb_write(struct printk_ringbuffer *rb, const struct prb_info *info, const char *text)
{
	unsigned int n = cells_for(info->len), i;
	struct prb_cell *first;
	u64 head, pos;

	if (!take(rb, n, &head))
		return false;
	pos = head >> NR_BITS;
	__atomic_thread_fence(__ATOMIC_RELEASE);	/* who sees a word of this record sees head moved */
	first = (struct prb_cell *)cell_at(rb, pos);
	store(&first->word[0], info->time);
	store(&first->word[1], pack_info(info, head & NR_MASK));
	for (i = 0; i * 8 < info->len; i++) {
		u64 word = 0;

		memcpy(&word, text + i * 8, min(info->len - i * 8, 8u));
		store((u64 *)text_word(rb, pos, i), word);
	}
	for (i = n; i-- > 0;) {
		struct prb_cell *cell = (struct prb_cell *)cell_at(rb, pos + i);

		__atomic_store_n(&cell->stamp, (LAP(pos + i) + 1) * 2 + !i, __ATOMIC_RELEASE);
	}
	return true;
}

/* ------------------------------------------------------------------- reading */

static u64 end_of(const struct printk_ringbuffer *rb)
{
	return load_acquire(&rb->head) >> NR_BITS;
}

static void copy_record(const struct printk_ringbuffer *rb, u64 pos, struct prb_info *info, u32 *nr, char *text)
{
	const struct prb_cell *first = cell_at(rb, pos);
	u64 packed = load(&first->word[1]);

	info->time = load(&first->word[0]);
	unpack_info(info, packed);
	*nr = packed >> 40;
	info->len = min(info->len, (u16)PRB_TEXT_MAX);	/* anything, if it raced */
	for (unsigned int i = 0; i * 8 < info->len; i++) {
		u64 word = load(text_word(rb, pos, i));

		memcpy(text + i * 8, &word, min(info->len - i * 8, 8u));
	}
	text[info->len] = '\0';
}

enum cell_state { CELL_BEGINS_RECORD, CELL_INSIDE_RECORD, CELL_UNFINISHED, CELL_TAKEN_AGAIN };

static enum cell_state cell_state(const struct printk_ringbuffer *rb, u64 pos)
{
	u64 stamp = load_acquire(&cell_at(rb, pos)->stamp);

	if (stamp >> 1 > LAP(pos) + 1)
		return CELL_TAKEN_AGAIN;
	if (stamp >> 1 <= LAP(pos))
		return CELL_UNFINISHED;
	return stamp & 1 ? CELL_BEGINS_RECORD : CELL_INSIDE_RECORD;
}

bool prb_read(const struct printk_ringbuffer *rb, struct prb_reader *r, struct prb_info *info,
	      char *text, bool skip_unfinished)
{
	u64 end;
	u32 nr;

	while ((end = end_of(rb)) > r->pos) {
		if (end - r->pos > PRB_CELLS)
			r->pos = end - PRB_CELLS;
		switch (cell_state(rb, r->pos)) {
		case CELL_TAKEN_AGAIN:
			continue;		/* head has moved, look at it again */
		case CELL_UNFINISHED:
			if (!skip_unfinished)
				return false;
			r->pos++;
			continue;
		case CELL_INSIDE_RECORD:	/* of one whose beginning is gone */
			r->pos++;
			continue;
		case CELL_BEGINS_RECORD:
			break;
		}
		copy_record(rb, r->pos, info, &nr, text);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);	/* the copy was made before head is asked */
		if ((load(&rb->head) >> NR_BITS) - r->pos > PRB_CELLS)
			continue;
		r->lost += (nr - r->nr) & NR_MASK;
		r->nr = (nr + 1) & NR_MASK;
		r->pos += cells_for(info->len);
		return true;
	}
	return false;
}

bool prb_has_next(const struct printk_ringbuffer *rb, const struct prb_reader *r)
{
	return end_of(rb) > r->pos && cell_state(rb, r->pos) != CELL_UNFINISHED;
}
