/* SPDX-License-Identifier: BSD-2-Clause */
/* newc archives; see the header for the rules. */
#include <lib/cpio.h>
#include <lib/string.h>
#include <lib/unaligned.h>

/* A header is a magic of six digits and these, of eight hexadecimal digits each; the name follows. */
enum cpio_field {
	CPIO_INO, CPIO_MODE, CPIO_UID, CPIO_GID, CPIO_NLINK, CPIO_MTIME, CPIO_FILESIZE, CPIO_DEVMAJOR,
	CPIO_DEVMINOR, CPIO_RDEVMAJOR, CPIO_RDEVMINOR, CPIO_NAMESIZE, CPIO_CHECK,
	NR_CPIO_FIELDS
};

#define CPIO_MAGIC_SIZE		6
#define CPIO_FIELD_SIZE		8
#define CPIO_HEADER_SIZE	(CPIO_MAGIC_SIZE + NR_CPIO_FIELDS * CPIO_FIELD_SIZE)
#define CPIO_ALIGN		4

static_assert(CPIO_HEADER_SIZE == 110, "cpio(5), New ASCII Format");

static bool read_field(const u8 *digits, u32 *value)
{
	*value = 0;
	for (unsigned int i = 0; i < CPIO_FIELD_SIZE; i++) {
		u8 c = digits[i], lower = c | 0x20;

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (c - '0');
		else if (lower >= 'a' && lower <= 'f')
			*value = *value << 4 | (lower - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* Between archives: they are padded to some power of two. */
static void skip_zeros(struct cpio_reader *r)
{
	while (r->size - r->pos >= CPIO_ALIGN && !get_unaligned_le32(r->data + r->pos))
		r->pos += CPIO_ALIGN;
}

/* newc without and with a checksum, which differ in nothing else. */
static bool at_header(const struct cpio_reader *r)
{
	const u8 *magic = r->data + r->pos;

	return r->size - r->pos >= CPIO_MAGIC_SIZE && (!memcmp(magic, "070701", 6) || !memcmp(magic, "070702", 6));
}

/* What is wrong with the entry at the position, NULL for nothing; *@end is where it ends. */
static const char *read_entry(const struct cpio_reader *r, struct cpio_entry *e, u64 *end)
{
	u64 room = r->size - r->pos, data;
	const u8 *header = r->data + r->pos;
	u32 field[NR_CPIO_FIELDS];

	if (room < CPIO_HEADER_SIZE)
		return "the header is cut short";
	for (unsigned int i = 0; i < NR_CPIO_FIELDS; i++)
		if (!read_field(header + CPIO_MAGIC_SIZE + i * CPIO_FIELD_SIZE, &field[i]))
			return "a number in the header is none";
	data = ALIGN(CPIO_HEADER_SIZE + (u64)field[CPIO_NAMESIZE], CPIO_ALIGN);
	if (!field[CPIO_NAMESIZE] || data > room || header[CPIO_HEADER_SIZE + field[CPIO_NAMESIZE] - 1])
		return "the name does not end";
	if (field[CPIO_FILESIZE] > room - data)
		return "the contents are cut short";
	*e = (struct cpio_entry){
		.name = (const char *)header + CPIO_HEADER_SIZE, .data = header + data, .size = field[CPIO_FILESIZE],
		.mode = field[CPIO_MODE], .ino = field[CPIO_INO], .dev_major = field[CPIO_DEVMAJOR],
		.dev_minor = field[CPIO_DEVMINOR], .nlink = field[CPIO_NLINK], .uid = field[CPIO_UID],
		.gid = field[CPIO_GID], .mtime = field[CPIO_MTIME], .rdev_major = field[CPIO_RDEVMAJOR],
		.rdev_minor = field[CPIO_RDEVMINOR],
	};
	/* the padding of the last one may be missing */
	*end = r->pos + min(ALIGN(data + field[CPIO_FILESIZE], CPIO_ALIGN), room);
	return NULL;
}

bool cpio_next(struct cpio_reader *r, struct cpio_entry *e)
{
	do {
		skip_zeros(r);
		if (r->error || !at_header(r))
			return false;
		r->error = read_entry(r, e, &r->pos);
		if (r->error)
			return false;
	} while (!strcmp(e->name, "TRAILER!!!"));	/* the last of one archive */
	return true;
}

bool cpio_find(struct cpio_reader *r, const char *path, struct cpio_entry *e)
{
	while (cpio_next(r, e))
		if ((e->mode & CPIO_S_IFMT) == CPIO_S_IFREG && !strcmp(e->name, path))
			return true;
	return false;
}
