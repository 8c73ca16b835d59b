/* lwIP as ESP-IDF 5 configures it where menuconfig is left alone: sizes, sockets, resolver, IPv4
 * and IPv6. Not ESP-IDF's own file: no Wi-Fi, no DHCP, POSIX threads instead of FreeRTOS. */
#ifndef USMP_TESTS_LWIPOPTS_H
#define USMP_TESTS_LWIPOPTS_H

/* Names of lwIP. NOLINTBEGIN(readability-identifier-naming) */
#define NO_SYS 0
#define SYS_LIGHTWEIGHT_PROT 1
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 8

#define LWIP_SOCKET 1
#define LWIP_NETCONN 1
#define LWIP_COMPAT_SOCKETS 0
#define LWIP_POSIX_SOCKETS_IO_NAMES 0
#define LWIP_SOCKET_OFFSET 54 /* FD_SETSIZE of newlib, less the sockets */
#define MEMP_NUM_NETCONN 10
#define LWIP_SO_SNDTIMEO 1
#define LWIP_SO_RCVTIMEO 1
#define LWIP_TCP_KEEPALIVE 1
#define SO_REUSE 1
#define LWIP_TIMEVAL_PRIVATE 0

#define LWIP_IPV4 1
#define LWIP_IPV6 1
#define LWIP_IPV6_NUM_ADDRESSES 3
#define LWIP_ICMP 1
#define LWIP_RAW 1
#define LWIP_DNS 1
#define DNS_MAX_SERVERS 3
#define LWIP_NETIF_TX_SINGLE_PBUF 1
#define LWIP_STATS 0

#define LWIP_TCP 1
#define TCP_MSS 1440
#define TCP_WND 5760
#define TCP_SND_BUF 5760
#define TCP_MAXRTX 12
#define TCP_SYNMAXRTX 12
#define LWIP_TCP_SACK_OUT 1
#define LWIP_UDP 1

#define TCPIP_MBOX_SIZE 32
#define DEFAULT_UDP_RECVMBOX_SIZE 6
#define DEFAULT_TCP_RECVMBOX_SIZE 6
#define DEFAULT_RAW_RECVMBOX_SIZE 6
#define DEFAULT_ACCEPTMBOX_SIZE 6

/* The threads of lwIP's unix port. */
#define LWIP_TCPIP_CORE_LOCKING 1
#ifdef __cplusplus
extern "C" {
#endif
void sys_check_core_locking(void);
void sys_mark_tcpip_thread(void);
void sys_lock_tcpip_core(void);
void sys_unlock_tcpip_core(void);
#ifdef __cplusplus
}
#endif
#define LWIP_ASSERT_CORE_LOCKED() sys_check_core_locking()
#define LWIP_MARK_TCPIP_THREAD() sys_mark_tcpip_thread()
#define LOCK_TCPIP_CORE() sys_lock_tcpip_core()
#define UNLOCK_TCPIP_CORE() sys_unlock_tcpip_core()

/* Debian moved these out of lwIP's sources into its headers for sockets of glibc's shapes. */
#define IP4ADDR_SOCKADDR_SET_LEN(address) (address)->sin_len = sizeof(struct sockaddr_in)
#define IP6ADDR_SOCKADDR_SET_LEN(address) (address)->sin6_len = sizeof(struct sockaddr_in6)
#define IPADDR_SOCKADDR_GET_LEN(address) (address)->sa.sa_len
/* NOLINTEND(readability-identifier-naming) */

#endif /* USMP_TESTS_LWIPOPTS_H */
