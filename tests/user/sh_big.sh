#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# 64 MiB through dd, md5sum and pipes.
dd if=/dev/zero of=big bs=64k count=1024 2>/dev/null; md5sum big
dd if=big bs=1M 2>/dev/null | cat | tail -c 1000 | md5sum
dd if=/dev/zero bs=1M count=64 2>/dev/null | dd of=/dev/null bs=8k 2>/dev/null && echo piped
dd if=big bs=1M count=2 2>/dev/null | gzip -1 -c | gunzip | md5sum
echo x | dd of=big bs=4k seek=1000 conv=notrunc 2>/dev/null; truncate -s 8M big; md5sum big; cp big big2; cmp big big2 && echo equal
