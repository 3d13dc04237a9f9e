/* Frames of DHCP clients, and the socket that they leave by. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, FRAME = 342, HEADERS = 42, MAX_NETWORKS = 1024 };

static int descriptor, out_count;
static uint8_t out_frames[BATCH][FRAME];
static struct iovec out_iov[BATCH];
static struct sockaddr_ll out_names[BATCH];
static struct mmsghdr out_messages[BATCH];

/* The interfaces, and whose frames go through each. */
static int networks = 1, interface_index[MAX_NETWORKS];
/* 0, or the relay whose requests these are; where it, or a client that renews, sends to. */
static uint32_t relay, server, first_address;
static int renews;
static uint8_t own_mac[6], server_mac[6];

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t); /* that of the kernel's stamps */
  return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static void flush(void) {
  int sent = 0;
  while (sent < out_count) {
    int n = sendmmsg(descriptor, out_messages + sent, out_count - sent, 0);
    if (n < 0) {
      if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR) continue;
      perror("sendmmsg");
      exit(1);
    }
    sent += n;
  }
  out_count = 0;
}

static void put_u32(uint8_t *at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, 4);
}

static void put_mac(uint8_t *at, int client) {
  at[0] = 0x52;
  at[1] = 0x54;
  at[2] = 0;
  at[3] = (client + 1) >> 16;
  at[4] = (client + 1) >> 8;
  at[5] = client + 1;
}

static void ip_checksum(uint8_t *ip) {
  uint32_t sum = 0;
  ip[10] = ip[11] = 0;
  for (int i = 0; i < 20; i += 2) sum += ip[i] << 8 | ip[i + 1];
  sum = (sum & 0xffff) + (sum >> 16);
  sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
  ip[10] = sum >> 8;
  ip[11] = sum;
}

/* The next frame to send, of a client of a network; its options are to be written where the answer points. */
static uint8_t *frame_of(int client, int network, uint32_t xid) {
  static const uint8_t ip[] = {0x45, 0, (FRAME - 14) >> 8, (FRAME - 14) & 255, 0, 0, 0, 0, 64, 17, 0, 0,
                               0,    0, 0,                 0,                  255, 255, 255, 255};
  static const uint8_t udp[] = {0, 68, 0, 67, (FRAME - 34) >> 8, (FRAME - 34) & 255, 0, 0};
  if (out_count == BATCH) flush();
  out_names[out_count].sll_ifindex = interface_index[network];
  uint8_t *f = out_frames[out_count++], *m = f + HEADERS;
  memset(f, 0, FRAME);
  memset(f, 0xff, 6);
  put_mac(f + 6, client);
  f[12] = 8;
  memcpy(f + 14, ip, sizeof ip);
  memcpy(f + 34, udp, sizeof udp); /* checksum 0: none */
  m[0] = m[1] = 1;
  m[2] = 6;
  put_u32(m + 4, xid);
  put_mac(m + 28, client);
  memcpy(m + 236, "\x63\x82\x53\x63", 4);
  if (relay) {
    memcpy(f + 6, own_mac, 6);
    put_u32(f + 26, relay);
    f[35] = 67;
    m[3] = 1;
    put_u32(m + 24, relay);
  } else if (renews) {
    put_u32(f + 26, first_address + client);
    put_u32(m + 12, first_address + client);
  }
  if (relay || renews) {
    memcpy(f, server_mac, 6);
    put_u32(f + 30, server);
  }
  ip_checksum(f + 14);
  return m + 240;
}

/* Takes what the kernel would refuse by ICMP, since nobody else listens where a relay or a client with an address does. */
static void swallow(int port) {
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sock_filter nothing = {BPF_RET | BPF_K, 0, 0, 0};
  struct sock_fprog program = {1, &nothing};
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  setsockopt(udp, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  if (bind(udp, (struct sockaddr *)&any, sizeof any) < 0) {
    perror("bind");
    exit(1);
  }
}

/* The interfaces NAME, or NAME0, NAME1 and so on where there are several networks. Protocol 0: it only sends. */
static void open_socket(const char *name, int protocol) {
  int size = 64 << 20, on = 1;
  descriptor = socket(AF_PACKET, SOCK_RAW, 0);
  for (int n = 0; n < networks; n++) {
    char numbered[64];
    snprintf(numbered, sizeof numbered, networks > 1 ? "%s%d" : "%s", name, n);
    interface_index[n] = if_nametoindex(numbered);
    if (interface_index[n] == 0) {
      perror(numbered);
      exit(1);
    }
  }
  struct ifreq request = {0};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (networks == 1 && ioctl(descriptor, SIOCGIFHWADDR, &request) == 0) memcpy(own_mac, request.ifr_hwaddr.sa_data, 6);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  setsockopt(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
  for (int i = 0; i < BATCH; i++) {
    out_names[i] = (struct sockaddr_ll){.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_halen = 6};
    out_iov[i] = (struct iovec){out_frames[i], FRAME};
    out_messages[i].msg_hdr = (struct msghdr){
        .msg_name = &out_names[i], .msg_namelen = sizeof out_names[i], .msg_iov = &out_iov[i], .msg_iovlen = 1};
  }
  struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                .sll_protocol = htons(protocol),
                                .sll_ifindex = networks > 1 ? 0 : interface_index[0]};
  if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
    perror(name);
    exit(1);
  }
}
