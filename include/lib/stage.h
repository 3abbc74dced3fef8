/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIB_STAGE_H
#define LIB_STAGE_H

#include <boot/stage.h>

/** boot_stage_name() - short name of a stage, "?" for a number nobody has */
const char *boot_stage_name(unsigned int stage);

#endif
