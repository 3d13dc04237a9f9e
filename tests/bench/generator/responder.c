/*
 * The machine's ceiling: what answers DHCP requests with as few system calls as there can be, and thinks about nothing.
 *
 *   responder INTERFACE SERVER FIRST
 *
 * Every DISCOVER and REQUEST is answered with the same options; client N (packet_generator.c) gets the address FIRST + N. Replies go
 * to the relay by UDP, or to the client's MAC address by a packet socket with whole checksums.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 64, HEADERS = 28, ROOM = 600 };

static uint8_t requests[BATCH][1500], replies[BATCH][ROOM];
static struct sockaddr_in relays[BATCH];
static struct sockaddr_ll stations[BATCH];
static struct iovec in_iov[BATCH], relay_iov[BATCH], station_iov[BATCH];
static struct mmsghdr in[BATCH], to_relays[BATCH], to_stations[BATCH];

static void put_u32(uint8_t *at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, 4);
}

static uint32_t sum(const uint8_t *from, int length) {
  uint32_t total = 0;
  for (int i = 0; i + 1 < length; i += 2) {
    uint16_t word;
    memcpy(&word, from + i, 2);
    total += word;
  }
  return total;
}

static void put_checksum(uint8_t *at, uint32_t total) {
  total = (total & 0xffff) + (total >> 16);
  uint16_t word = ~((total & 0xffff) + (total >> 16));
  memcpy(at, &word, 2);
}

static int write_options(uint8_t *o, uint32_t server) {
  static const uint8_t fixed[] = {1,   4, 255, 255, 0, 0, 3,  4, 10, 60, 0, 2, 6, 8,   10, 60, 0,  3,   10,  60,
                                  0,   4, 15,  11,  'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 'o', 'r', 'g', 28, 4, 10,
                                  60,  255, 255, 42, 4, 10, 60, 0, 5, 51, 4, 0, 0, 14, 16, 58, 4, 0, 0, 7,
                                  8,   59, 4, 0, 0, 12, 78, 119, 13, 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r',
                                  'g', 0, 255};
  memcpy(o, "\x35\x01\x02\x36\x04", 5);
  put_u32(o + 5, server);
  memcpy(o + 9, fixed, sizeof fixed);
  return 9 + sizeof fixed;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  uint32_t server = ntohl(inet_addr(argv[2])), first = ntohl(inet_addr(argv[3]));
  int index = if_nametoindex(argv[1]), size = 1 << 20, on = 1;
  int udp = socket(AF_INET, SOCK_DGRAM, 0), packet = socket(AF_PACKET, SOCK_DGRAM, 0);
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(67)};
  setsockopt(udp, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, argv[1], strlen(argv[1]));
  setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  if (bind(udp, (struct sockaddr *)&any, sizeof any) < 0) {
    perror("bind");
    return 1;
  }
  int length = 0;
  for (int i = 0; i < BATCH; i++) {
    uint8_t *ip = replies[i], *m = ip + HEADERS;
    length = 240 + write_options(m + 240, server);
    if (length < 300) length = 300;
    memcpy(ip, "\x45\0\0\0\0\0\x40\0\x40\x11", 10);
    ip[2] = (length + 28) >> 8;
    ip[3] = length + 28;
    put_u32(ip + 12, server);
    memcpy(ip + 20, "\0\x43\0\x44", 4);
    ip[24] = (length + 8) >> 8;
    ip[25] = length + 8;
    memcpy(m, "\x02\x01\x06\0", 4);
    memcpy(m + 236, "\x63\x82\x53\x63", 4);
    in_iov[i] = (struct iovec){requests[i], sizeof requests[i]};
    in[i].msg_hdr = (struct msghdr){.msg_iov = &in_iov[i], .msg_iovlen = 1};
    stations[i] = (struct sockaddr_ll){
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = index, .sll_halen = 6};
    relays[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(67)};
    to_stations[i].msg_hdr = (struct msghdr){
        .msg_name = &stations[i], .msg_namelen = sizeof stations[i], .msg_iov = &station_iov[i], .msg_iovlen = 1};
    to_relays[i].msg_hdr = (struct msghdr){
        .msg_name = &relays[i], .msg_namelen = sizeof relays[i], .msg_iov = &relay_iov[i], .msg_iovlen = 1};
  }
  for (;;) {
    int count = recvmmsg(udp, in, BATCH, MSG_WAITFORONE, NULL), by_relay = 0, direct = 0;
    for (int i = 0; i < count; i++) {
      uint8_t *q = requests[i], *ip = replies[i], *m = ip + HEADERS;
      if (in[i].msg_len < 243) continue;
      uint32_t address = first + (q[31] << 16 | q[32] << 8 | q[33]) - 1;
      memcpy(m + 4, q + 4, 12);
      put_u32(m + 16, address);
      memcpy(m + 24, q + 24, 20);
      m[242] = q[242] == 1 ? 2 : 5;
      if (q[24] != 0) {
        memcpy(&relays[by_relay].sin_addr, q + 24, 4);
        relay_iov[by_relay++] = (struct iovec){m, length};
        continue;
      }
      put_u32(ip + 16, address);
      memcpy(stations[direct].sll_addr, q + 28, 6);
      memset(ip + 10, 0, 2);
      memset(ip + 26, 0, 2);
      put_checksum(ip + 10, sum(ip, 20));
      put_checksum(ip + 26, sum(ip + 12, length + 16) + htons(17) + htons(length + 8));
      station_iov[direct++] = (struct iovec){ip, length + HEADERS};
    }
    if (direct > 0) sendmmsg(packet, to_stations, direct, 0);
    if (by_relay > 0) sendmmsg(udp, to_relays, by_relay, 0);
  }
}
