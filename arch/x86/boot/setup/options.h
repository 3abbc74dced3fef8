/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the command line asks of the setup code, and which VESA mode answers it.
 * Pure: the host tests run the same code.
 */
#ifndef SETUP_OPTIONS_H
#define SETUP_OPTIONS_H

#include <lib/types.h>

struct serial_request {
	u16	port;			/* I/O base; 0 for no serial line */
	u32	baud;
};

/**
 * serial_options() - the serial line of earlyprintk= or console=
 *   earlyprintk=serial[,ttySn|,0xPORT][,BAUD]  earlyprintk=ttySn[,BAUD]
 *   earlyprintk=0xPORT[,BAUD]                  console=ttySn[,BAUD...]
 * A line with neither names no console: COM1 at 115200, as the kernel does then.
 * Only screens named (console=tty0, earlyprintk=vga): port 0.
 */
struct serial_request serial_options(const char *cmdline);

/** wants_detail() - whether stages are to be printed: efi=debug or any earlyprintk */
bool wants_detail(const char *cmdline);

/* setup_header.vid_mode, boot.rst */
#define VID_MODE_NORMAL		0xffff
#define VID_MODE_EXTENDED	0xfffe
#define VID_MODE_ASK		0xfffd
#define VID_MODE_80X25		0x0f00
#define VID_MODE_80X50		0x0f01
#define VID_MODE_VESA_FIRST	0x0200	/* 0x200 + VBE mode number */
#define VID_MODE_VESA_LAST	0x09ff

enum video_kind {
	VIDEO_TEXT,			/* 80x25, or the text mode that is on */
	VIDEO_TEXT_50,			/* 80x50 */
	VIDEO_VESA_MODE,		/* the VBE mode with this number */
	VIDEO_VESA_SIZE,		/* a VBE mode of this size */
	VIDEO_UNKNOWN,			/* text, with a word about it */
};

struct video_request {
	enum video_kind kind;
	u16	mode;			/* VBE number */
	u16	width, height;		/* pixels */
	u16	depth;			/* bits per pixel, 0: the best there is */
};

/**
 * video_options() - the screen mode asked for
 * @vid_mode: from the setup header; unless VID_MODE_NORMAL it decides, for the
 *            loader made it of the vga= it found
 * Then vga=N|0xN|normal|ext|ask, then video=[vesafb:]WxH[-DEPTH][@RATE].
 */
struct video_request video_options(const char *cmdline, u16 vid_mode);

/* VBE 3.0, function 01h: what decides whether the kernel can draw in a mode */
struct vesa_mode_facts {
	u16	attributes;
	u16	width, height;
	u8	depth;
	u8	memory_model;
	u32	lfb_base;
	u32	line_length;		/* bytes */
};

/** vesa_mode_usable() - colour graphics, direct colour of 15, 16, 24 or 32 bits in a linear framebuffer */
bool vesa_mode_usable(const struct vesa_mode_facts *facts);

/**
 * vesa_mode_rank() - how well a usable mode answers VIDEO_VESA_SIZE
 * Return: 0 for not at all; else larger is better: 32, then 24, 16, 15 bits.
 */
unsigned int vesa_mode_rank(const struct vesa_mode_facts *facts, const struct video_request *want);

#endif
