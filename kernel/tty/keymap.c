// SPDX-License-Identifier: BSD-2-Clause
/*
 * Layouts of the PC keyboard, as printed on its keys. The four rows of a level
 * are the keys of a row from left to right: ` to =, Q to ], A to \ (the key
 * beside Enter), and the key beside the left Shift to /.
 */
#include "keyboard.h"
#include <lib/string.h>

#define DEAD_GRAVE	u"\u0300"
#define DEAD_ACUTE	u"\u0301"
#define DEAD_CIRCUMFLEX	u"\u0302"
#define DEAD_DIAERESIS	u"\u0308"

static const u16 us_plain[] = u"`1234567890-=" u"qwertyuiop[]" u"asdfghjkl;'\\" u"\\zxcvbnm,./";
static const u16 us_shift[] = u"~!@#$%^&*()_+" u"QWERTYUIOP{}" u"ASDFGHJKL:\"|" u"|ZXCVBNM<>?";

static const u16 dvorak_plain[] = u"`1234567890[]" u"',.pyfgcrl/=" u"aoeuidhtns-\\" u"\\;qjkxbmwvz";
static const u16 dvorak_shift[] = u"~!@#$%^&*(){}" u"\"<>PYFGCRL?+" u"AOEUIDHTNS_|" u"|:QJKXBMWVZ";

static const u16 uk_plain[] = u"`1234567890-=" u"qwertyuiop[]" u"asdfghjkl;'#" u"\\zxcvbnm,./";
static const u16 uk_shift[] = u"¬!\"£$%^&*()_+" u"QWERTYUIOP{}" u"ASDFGHJKL:@~" u"|ZXCVBNM<>?";
static const u16 uk_altgr[] = u"¦   €        " u"  é   úíó   " u"á           " u"           ";
static const u16 uk_both[]  = u"             " u"  É   ÚÍÓ   " u"Á           " u"           ";

static const u16 de_plain[] = DEAD_CIRCUMFLEX u"1234567890ß" DEAD_ACUTE u"qwertzuiopü+" u"asdfghjklöä#" u"<yxcvbnm,.-";
static const u16 de_shift[] = u"°!\"§$%&/()=?" DEAD_GRAVE u"QWERTZUIOPÜ*" u"ASDFGHJKLÖÄ'" u">YXCVBNM;:_";
static const u16 de_altgr[] = u"  ²³   {[]}\\ " u"@ €        ~" u"            " u"|      µ   ";

static const u16 fr_plain[] = u"²&é\"'(-è_çà)=" u"azertyuiop" DEAD_CIRCUMFLEX u"$" u"qsdfghjklmù*" u"<wxcvbn,;:!";
static const u16 fr_shift[] = u" 1234567890°+" u"AZERTYUIOP" DEAD_DIAERESIS u"£" u"QSDFGHJKLM%µ" u">WXCVBN?./§";
static const u16 fr_altgr[] = u"  ~#{[|`\\^@]}" u"  €        ¤" u"            " u"           ";

static const u16 es_plain[] = u"º1234567890'¡" u"qwertyuiop" DEAD_GRAVE u"+" u"asdfghjklñ" DEAD_ACUTE u"ç" u"<zxcvbnm,.-";
static const u16 es_shift[] = u"ª!\"·$%&/()=?¿" u"QWERTYUIOP" DEAD_CIRCUMFLEX u"*" u"ASDFGHJKLÑ" DEAD_DIAERESIS u"Ç" u">ZXCVBNM;:_";
static const u16 es_altgr[] = u"\\|@#~€¬      " u"  €       []" u"          {}" u"           ";

#define LEVEL_OF_ALL_KEYS(level) static_assert(sizeof(level) == (KEYMAP_KEYS + 1) * sizeof(u16), #level)
LEVEL_OF_ALL_KEYS(us_plain); LEVEL_OF_ALL_KEYS(us_shift);
LEVEL_OF_ALL_KEYS(dvorak_plain); LEVEL_OF_ALL_KEYS(dvorak_shift);
LEVEL_OF_ALL_KEYS(uk_plain); LEVEL_OF_ALL_KEYS(uk_shift); LEVEL_OF_ALL_KEYS(uk_altgr); LEVEL_OF_ALL_KEYS(uk_both);
LEVEL_OF_ALL_KEYS(de_plain); LEVEL_OF_ALL_KEYS(de_shift); LEVEL_OF_ALL_KEYS(de_altgr);
LEVEL_OF_ALL_KEYS(fr_plain); LEVEL_OF_ALL_KEYS(fr_shift); LEVEL_OF_ALL_KEYS(fr_altgr);
LEVEL_OF_ALL_KEYS(es_plain); LEVEL_OF_ALL_KEYS(es_shift); LEVEL_OF_ALL_KEYS(es_altgr);

static const struct keymap keymaps[] = {
	{ "us",     { us_plain, us_shift },			'.' },
	{ "de",     { de_plain, de_shift, de_altgr },		',' },
	{ "fr",     { fr_plain, fr_shift, fr_altgr },		'.' },
	{ "uk",     { uk_plain, uk_shift, uk_altgr, uk_both },	'.' },
	{ "es",     { es_plain, es_shift, es_altgr },		'.' },
	{ "dvorak", { dvorak_plain, dvorak_shift },		'.' },
};

const struct keymap *keymap_find(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(keymaps); i++)
		if (!strcmp(keymaps[i].name, name))
			return &keymaps[i];
	return NULL;
}

const char *keymap_names(void)
{
	return "us de fr uk es dvorak";
}

/* Place of a key in a level, -1 when it has none. */
static int place(u8 key)
{
	if (key == 0x29)			/* left of 1 */
		return 0;
	if (key >= 0x02 && key <= 0x0d)
		return 1 + key - 0x02;
	if (key >= 0x10 && key <= 0x1b)
		return 13 + key - 0x10;
	if (key >= 0x1e && key <= 0x28)
		return 25 + key - 0x1e;
	if (key == 0x2b)			/* beside Enter */
		return 36;
	if (key == 0x56)			/* beside the left Shift, of European keyboards */
		return 37;
	if (key >= 0x2c && key <= 0x35)
		return 38 + key - 0x2c;
	return -1;
}

u16 keymap_char(const struct keymap *map, u8 key, enum keymap_level level)
{
	int at = place(key);
	u16 c;

	if (at < 0 || !map->level[level])
		return 0;
	c = map->level[level][at];
	return c == ' ' ? 0 : c;
}

/* A dead key, the letters it goes with, and what becomes of them; at the end, the space. */
static const struct {
	u16		dead;
	const u16	*base, *composed;
} accents[] = {
	{ 0x300, u"aeiouAEIOU ",   u"àèìòùÀÈÌÒÙ`" },
	{ 0x301, u"aeiouyAEIOUY ", u"áéíóúýÁÉÍÓÚÝ´" },
	{ 0x302, u"aeiouAEIOU ",   u"âêîôûÂÊÎÔÛ^" },
	{ 0x308, u"aeiouyAEIOU ",  u"äëïöüÿÄËÏÖÜ¨" },
};

u16 keymap_compose(u16 dead, u16 base)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(accents); i++) {
		if (accents[i].dead != dead)
			continue;
		for (unsigned int j = 0; accents[i].base[j]; j++)
			if (accents[i].base[j] == base)
				return accents[i].composed[j];
	}
	return 0;
}
