/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests of ioctl(2) that any file may get. */
#ifndef UAPI_IOCTL_H
#define UAPI_IOCTL_H

#define FIONREAD	0x541b
#define FIONBIO		0x5421
#define FIONCLEX	0x5450
#define FIOCLEX		0x5451
#define FIOASYNC	0x5452

#define RNDGETENTCNT	0x80045200u
#define RNDADDTOENTCNT	0x40045201u
#define RNDADDENTROPY	0x40085203u

#endif
