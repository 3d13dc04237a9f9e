/*
 * A load of DHCP clients on one interface, by raw frames: DISCOVER, OFFER, REQUEST, ACK.
 *
 *   packet_generator INTERFACE CLIENTS closed WINDOW MILLISECONDS
 *   packet_generator INTERFACE CLIENTS open RATE MILLISECONDS
 *   packet_generator INTERFACE CLIENTS burst
 *
 * Client N (from 0) has the MAC address 52:54:00:xx:xx:xx, the last three octets being N + 1, and no address: it is answered
 * by unicast to its MAC address, or by broadcast.
 *
 *   closed: WINDOW exchanges are under way all the time, by clients in turn; a new one begins when one ends.
 *   open:   RATE exchanges begin per second, whatever becomes of the others.
 *   burst:  every client sends its DISCOVER at once, and nothing again.
 *
 * An exchange that is not complete after a second is lost. Prints one line of JSON: exchanges begun, complete and lost, how long it
 * took (ms; for a burst until the last is complete), and the mean time of a complete exchange (us).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, FRAME = 342, HEADERS = 42, LOST_NS = 1000000000 };
enum { IDLE, DISCOVERING, REQUESTING };

struct client {
  int state;
  uint32_t xid;
  uint64_t begun;
};

static struct client *clients;
static int client_count, descriptor;
static uint32_t next_xid = 1;
static long begun, complete, lost, under_way;
static uint64_t total_ns, last_complete;
static int next_client;

static uint8_t out_frames[BATCH][FRAME], in_frames[BATCH][2048];
static struct iovec out_iov[BATCH], in_iov[BATCH];
static struct mmsghdr out_messages[BATCH], in_messages[BATCH];
static int out_count;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
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

static void put_mac(uint8_t *at, int client) {
  at[0] = 0x52;
  at[1] = 0x54;
  at[2] = 0;
  at[3] = (client + 1) >> 16;
  at[4] = (client + 1) >> 8;
  at[5] = client + 1;
}

/* The next frame to send, but for its options. */
static uint8_t *frame_of(int client) {
  static const uint8_t ip[] = {0x45, 0, (FRAME - 14) >> 8, (FRAME - 14) & 255, 0, 0, 0, 0, 64, 17, 0, 0,
                               0,    0, 0,                 0,                  255, 255, 255, 255};
  static const uint8_t udp[] = {0, 68, 0, 67, (FRAME - 34) >> 8, (FRAME - 34) & 255, 0, 0};
  if (out_count == BATCH) flush();
  uint8_t *f = out_frames[out_count++];
  memset(f, 0, FRAME);
  memset(f, 0xff, 6);
  put_mac(f + 6, client);
  f[12] = 8;
  memcpy(f + 14, ip, sizeof ip);
  uint32_t sum = 0;
  for (int i = 0; i < 20; i += 2) sum += f[14 + i] << 8 | f[15 + i];
  sum = (sum & 0xffff) + (sum >> 16);
  sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
  f[24] = sum >> 8;
  f[25] = sum;
  memcpy(f + 34, udp, sizeof udp); /* checksum 0: none */
  uint8_t *m = f + HEADERS;
  m[0] = m[1] = 1;
  m[2] = 6;
  uint32_t xid = htonl(clients[client].xid);
  memcpy(m + 4, &xid, 4);
  put_mac(m + 28, client);
  memcpy(m + 236, "\x63\x82\x53\x63", 4);
  return m + 240;
}

static const uint8_t REQUESTED[] = {55, 11, 1, 3, 6, 15, 28, 42, 51, 54, 58, 59, 119};

static void discover(int client) {
  clients[client].state = DISCOVERING;
  clients[client].xid = next_xid++;
  clients[client].begun = now();
  begun++;
  under_way++;
  uint8_t *o = frame_of(client);
  memcpy(o, "\x35\x01\x01", 3);
  memcpy(o + 3, REQUESTED, sizeof REQUESTED);
  o[3 + sizeof REQUESTED] = 255;
}

static void request(int client, const uint8_t *address, const uint8_t *server) {
  clients[client].state = REQUESTING;
  uint8_t *o = frame_of(client);
  memcpy(o, "\x35\x01\x03\x32\x04", 5);
  memcpy(o + 5, address, 4);
  memcpy(o + 9, "\x36\x04", 2);
  memcpy(o + 11, server, 4);
  memcpy(o + 15, REQUESTED, sizeof REQUESTED);
  o[15 + sizeof REQUESTED] = 255;
}

static void end_exchange(int client, uint64_t at, int was_lost) {
  if (was_lost) {
    lost++;
  } else {
    complete++;
    total_ns += at - clients[client].begun;
    last_complete = at;
  }
  clients[client].state = IDLE;
  under_way--;
}

/* Begins an exchange of the next client in turn; one that it has under way is lost. */
static void begin_next(void) {
  int client = next_client;
  next_client = (next_client + 1) % client_count;
  if (clients[client].state != IDLE) end_exchange(client, 0, 1);
  discover(client);
}

static void take(const uint8_t *f, unsigned length, uint64_t at) {
  if (length < HEADERS + 240 || f[12] != 8 || f[13] != 0 || f[23] != 17) return;
  unsigned header = (f[14] & 15) * 4;
  const uint8_t *m = f + 14 + header + 8, *end = f + length;
  if (f[14 + header + 2] != 0 || f[14 + header + 3] != 68 || m + 240 > end || m[0] != 2) return;
  int client = (m[31] << 16 | m[32] << 8 | m[33]) - 1;
  if (client < 0 || client >= client_count) return;
  uint32_t xid;
  memcpy(&xid, m + 4, 4);
  if (ntohl(xid) != clients[client].xid || clients[client].state == IDLE) return;
  int type = 0;
  const uint8_t *server = NULL;
  for (const uint8_t *o = m + 240; o + 1 < end && *o != 255; o += *o == 0 ? 1 : 2 + o[1]) {
    if (*o == 53) type = o[2];
    if (*o == 54) server = o + 2;
  }
  if (type == 2 && server && clients[client].state == DISCOVERING) request(client, m + 16, server);
  else if (type == 5 && clients[client].state == REQUESTING) end_exchange(client, at, 0);
}

/* Takes what has come; whether there was anything. */
static int receive(void) {
  int any = 0;
  for (;;) {
    int n = recvmmsg(descriptor, in_messages, BATCH, MSG_DONTWAIT, NULL);
    if (n <= 0) return any;
    any = 1;
    uint64_t at = now();
    for (int i = 0; i < n; i++) take(in_frames[i], in_messages[i].msg_len, at);
    flush();
    if (n < BATCH) return any;
  }
}

static void lose_old(uint64_t at) {
  for (int i = 0; i < client_count; i++) {
    if (clients[i].state != IDLE && at - clients[i].begun > LOST_NS) end_exchange(i, 0, 1);
  }
}

static void wait_until(uint64_t until) {
  uint64_t at = now();
  if (at >= until) return;
  struct timespec t = {0, until - at};
  struct pollfd p = {descriptor, POLLIN, 0};
  ppoll(&p, 1, &t, NULL);
}

static void open_socket(const char *interface) {
  descriptor = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = if_nametoindex(interface)};
  int size = 64 << 20;
  if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
    perror(interface);
    exit(1);
  }
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  int on = 1;
  setsockopt(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
  for (int i = 0; i < BATCH; i++) {
    out_iov[i] = (struct iovec){out_frames[i], FRAME};
    in_iov[i] = (struct iovec){in_frames[i], sizeof in_frames[i]};
    out_messages[i].msg_hdr.msg_iov = &out_iov[i];
    in_messages[i].msg_hdr.msg_iov = &in_iov[i];
    out_messages[i].msg_hdr.msg_iovlen = in_messages[i].msg_hdr.msg_iovlen = 1;
  }
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  client_count = atoi(argv[2]);
  clients = calloc(client_count, sizeof *clients);
  open_socket(argv[1]);
  const char *mode = argv[3];
  long load = argc > 4 ? atol(argv[4]) : 0;
  uint64_t from = now(), until = from + (argc > 5 ? atol(argv[5]) * 1000000ull : 0), swept = from;
  if (!strcmp(mode, "burst")) {
    for (int i = 0; i < client_count; i++) begin_next();
    flush();
    while (under_way > 0) {
      wait_until(now() + 10000000);
      receive();
      lose_old(now());
    }
  } else {
    int is_open = !strcmp(mode, "open");
    for (uint64_t at = from; at < until; at = now()) {
      if (is_open) {
        long due = (long)((at - from) / 1e9 * load);
        while (begun < due) begin_next();
        flush();
        if (!receive()) wait_until(from + (uint64_t)((begun + 1) * 1e9 / load));
      } else {
        while (under_way < load) begin_next();
        flush();
        if (!receive()) wait_until(at + 10000000);
      }
      if (at - swept > LOST_NS / 10) {
        swept = at;
        lose_old(now());
      }
    }
    until = now();
    while (under_way > 0 && now() - until < LOST_NS) {
      wait_until(now() + 10000000);
      receive();
    }
    lost += under_way;
    last_complete = until;
  }
  printf("{\"begun\":%ld,\"complete\":%ld,\"lost\":%ld,\"ms\":%.3f,\"meanUs\":%.1f}\n", begun, complete, lost,
         last_complete > from ? (last_complete - from) / 1e6 : 0.0, complete ? total_ns / 1e3 / complete : 0.0);
  return 0;
}
