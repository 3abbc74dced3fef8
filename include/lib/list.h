/* SPDX-License-Identifier: BSD-2-Clause */
/* Doubly linked rings: a head and any number of nodes that lie inside other structures. */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include <lib/types.h>

struct list_head {
	struct list_head *next, *prev;	/* a head alone points to itself */
};

/** container_of() - the structure of @type whose @member is at @ptr */
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define list_first_entry(head, type, member)	container_of((head)->next, type, member)

#define list_for_each_entry(pos, head, member)						\
	for (pos = list_first_entry(head, __typeof__(*pos), member); &pos->member != (head);	\
	     pos = list_first_entry(&pos->member, __typeof__(*pos), member))

/** list_for_each_entry_safe() - the same where @pos may be taken out; @next is one more cursor */
#define list_for_each_entry_safe(pos, next, head, member)				\
	for (pos = list_first_entry(head, __typeof__(*pos), member),			\
	     next = list_first_entry(&pos->member, __typeof__(*pos), member); &pos->member != (head);	\
	     pos = next, next = list_first_entry(&pos->member, __typeof__(*pos), member))

static inline void list_init(struct list_head *head)
{
	head->next = head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

/** list_add() - put @node first in the ring; list_add_tail() - last */
static inline void list_add(struct list_head *node, struct list_head *head)
{
	node->next = head->next;
	node->prev = head;
	head->next->prev = node;
	head->next = node;
}

static inline void list_add_tail(struct list_head *node, struct list_head *head)
{
	list_add(node, head->prev);
}

/** list_replace() - put @new where @old was */
static inline void list_replace(struct list_head *old, struct list_head *new)
{
	new->next = old->next;
	new->prev = old->prev;
	new->next->prev = new->prev->next = new;
}

/** list_del() - take @node out; its own pointers keep their values */
static inline void list_del(struct list_head *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
}

#endif
