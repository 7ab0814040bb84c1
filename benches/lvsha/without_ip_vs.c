/* Stands between keepalived and libnl (LD_PRELOAD): every request to the kernel's IPVS family is taken as carried out,
 * so that its health checks run where the kernel has no ip_vs. */

#include <stddef.h>

struct nl_sock;
struct nl_msg;
typedef int (*callback)(struct nl_msg *, void *);

/* What is called for each kind of answer (enum nl_cb_type in netlink/handlers.h). */
enum { FINISH = 1, ACKNOWLEDGED = 4, KINDS = 8 };
static callback callbacks[KINDS];
static void *arguments[KINDS];

/* Any number will do for the family. */
int genl_ctrl_resolve(struct nl_sock *socket, const char *family)
{
	return 42;
}

int nl_socket_modify_cb(struct nl_sock *socket, int type, int kind, callback function, void *argument)
{
	if (type >= 0 && type < KINDS) {
		callbacks[type] = function;
		arguments[type] = argument;
	}
	return 0;
}

int nl_send_auto(struct nl_sock *socket, struct nl_msg *message)
{
	return 1;
}

/* No objects, and then the end. */
int nl_recvmsgs_default(struct nl_sock *socket)
{
	static const int ends[] = { FINISH, ACKNOWLEDGED };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (callbacks[ends[i]])
			callbacks[ends[i]](NULL, arguments[ends[i]]);
	return 0;
}
