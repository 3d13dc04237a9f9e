/*
 * A load of DHCP clients, by raw frames: DISCOVER, OFFER, REQUEST, ACK.
 *
 *   packet_generator INTERFACE CLIENTS closed WINDOW MILLISECONDS [OPTION]...
 *   packet_generator INTERFACE CLIENTS open RATE MILLISECONDS [OPTION]...
 *   packet_generator INTERFACE CLIENTS burst 0 0 [OPTION]...
 *   packet_generator INTERFACE CLIENTS flood RATE MILLISECONDS KIND SERVER FIRST
 *
 * Client N (from 0) has the MAC address 52:54:00:xx:xx:xx, the last three octets being N + 1, and no address: it is answered
 * by unicast to its MAC address, or by broadcast.
 *
 *   closed: WINDOW exchanges are under way all the time, by clients in turn; a new one begins when one ends.
 *   open:   RATE exchanges begin per second, whatever becomes of the others.
 *   burst:  every client sends its DISCOVER at once, and nothing again.
 *
 *   networks=N  INTERFACE is what N interfaces are called before their numbers, from 0. Each is a network with CLIENTS clients.
 *   relay=ADDRESS,SERVER,MAC   The requests come from a relay; the server has this address, and this MAC address.
 *   renew=FIRST,SERVER,MAC     Client N has the address FIRST + N, and renews it by unicast: REQUEST, ACK.
 *   stamps=1    The kernel says when a reply came, so that what holds the generator up is not counted as the server's.
 *
 *   flood:  RATE frames per second, 0 for as many as it can, and no ear for answers. Those that need it name the server's address,
 *           and client N's as FIRST + N. KIND:
 *             macs       DISCOVERs, each from a MAC address that nobody has
 *             selecting  REQUESTs to the server, half from clients and half from nobody, for an address that is not theirs
 *             lists      DISCOVERs of clients, each with an option list that nobody sent before
 *             relays     DISCOVERs of clients, each by a relay of its own, half of them outside the server's /16
 *             declines   DECLINEs of clients, each of its own address
 *             fragments  first fragments of DISCOVERs that have no other
 *           Prints how many frames were sent, and how long it took (ms).
 *
 * An exchange that is not complete after a second is lost. Prints one line of JSON: exchanges begun, complete and lost, how long it
 * took (ms; for a burst until the last is complete), the mean time of a complete exchange, and of the first reply of each the
 * median, the 99th percentile and the longest time (us).
 */
#include "frames.h"
#include "floods.h"

enum { LOST_NS = 1000000000, LONGEST_US = 1000000 };
enum { IDLE, DISCOVERING, REQUESTING };

struct exchange {
  int state;
  uint32_t xid;
  uint64_t begun;
};

/* That of client C on network N is C * networks + N. */
static struct exchange *exchanges;
static int exchange_count, next_exchange;
static uint32_t next_xid = 1;
static long begun, complete, lost, under_way;
static uint64_t total_ns, last_complete;
/* How often the first reply took so many microseconds. */
static uint32_t waits[LONGEST_US + 1];

static uint8_t in_frames[BATCH][2048], in_controls[BATCH][64];
static struct iovec in_iov[BATCH];
static struct sockaddr_ll in_names[BATCH];
static struct mmsghdr in_messages[BATCH];
static int stamps;
/* Index of an interface -> number of its network. */
static int16_t network_of[65536];

static const uint8_t REQUESTED[] = {55, 11, 1, 3, 6, 15, 28, 42, 51, 54, 58, 59, 119};

static void end_with_list(uint8_t *o) {
  memcpy(o, REQUESTED, sizeof REQUESTED);
  o[sizeof REQUESTED] = 255;
}

static void request(int at, const uint8_t *address, const uint8_t *identifier) {
  exchanges[at].state = REQUESTING;
  uint8_t *o = frame_of(at / networks, at % networks, exchanges[at].xid);
  memcpy(o, "\x35\x01\x03", 3);
  o += 3;
  if (identifier) {
    memcpy(o, "\x32\x04", 2);
    memcpy(o + 2, address, 4);
    memcpy(o + 6, "\x36\x04", 2);
    memcpy(o + 8, identifier, 4);
    o += 12;
  }
  end_with_list(o);
}

static void end_exchange(int at, uint64_t time, int was_lost) {
  if (was_lost) {
    lost++;
  } else {
    complete++;
    total_ns += time - exchanges[at].begun;
    last_complete = time;
  }
  exchanges[at].state = IDLE;
  under_way--;
}

/* Begins an exchange of the next client in turn; one that it has under way is lost. */
static void begin_next(void) {
  int at = next_exchange;
  next_exchange = (next_exchange + 1) % exchange_count;
  if (exchanges[at].state != IDLE) end_exchange(at, 0, 1);
  exchanges[at].xid = next_xid++;
  exchanges[at].begun = now();
  begun++;
  under_way++;
  if (renews) {
    request(at, NULL, NULL);
    return;
  }
  exchanges[at].state = DISCOVERING;
  uint8_t *o = frame_of(at / networks, at % networks, exchanges[at].xid);
  memcpy(o, "\x35\x01\x01", 3);
  end_with_list(o + 3);
}

static void count_wait(int at, uint64_t time) {
  uint64_t us = time > exchanges[at].begun ? (time - exchanges[at].begun) / 1000 : 0;
  waits[us < LONGEST_US ? us : LONGEST_US]++;
}

static void take(const uint8_t *f, unsigned length, int network, uint64_t time) {
  if (length < HEADERS + 240 || f[12] != 8 || f[13] != 0 || f[23] != 17 || network < 0) return;
  unsigned header = (f[14] & 15) * 4;
  const uint8_t *m = f + 14 + header + 8, *end = f + length;
  if (f[14 + header + 2] != 0 || f[14 + header + 3] != (relay ? 67 : 68) || m + 240 > end || m[0] != 2) return;
  int at = ((m[31] << 16 | m[32] << 8 | m[33]) - 1) * networks + network;
  if (at < 0 || at >= exchange_count) return;
  uint32_t xid;
  memcpy(&xid, m + 4, 4);
  if (ntohl(xid) != exchanges[at].xid || exchanges[at].state == IDLE) return;
  int type = 0;
  const uint8_t *identifier = NULL;
  for (const uint8_t *o = m + 240; o + 1 < end && *o != 255; o += *o == 0 ? 1 : 2 + o[1]) {
    if (*o == 53) type = o[2];
    if (*o == 54) identifier = o + 2;
  }
  if (type == 2 && identifier && exchanges[at].state == DISCOVERING) {
    count_wait(at, time);
    request(at, m + 16, identifier);
  } else if (type == 5 && exchanges[at].state == REQUESTING) {
    if (renews) count_wait(at, time);
    end_exchange(at, time, 0);
  }
}

static uint64_t stamp_of(struct msghdr *header, uint64_t otherwise) {
  if (!stamps) return otherwise;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    struct timespec t;
    memcpy(&t, CMSG_DATA(c), sizeof t);
    return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
  }
  return otherwise;
}

/* Takes what has come; whether there was anything. */
static int receive(void) {
  int any = 0;
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      in_messages[i].msg_hdr.msg_namelen = sizeof in_names[i];
      in_messages[i].msg_hdr.msg_controllen = stamps ? sizeof in_controls[i] : 0;
    }
    int n = recvmmsg(descriptor, in_messages, BATCH, MSG_DONTWAIT, NULL);
    if (n <= 0) return any;
    any = 1;
    uint64_t time = now();
    for (int i = 0; i < n; i++) {
      take(in_frames[i], in_messages[i].msg_len, network_of[in_names[i].sll_ifindex & 65535],
           stamp_of(&in_messages[i].msg_hdr, time));
    }
    flush();
    if (n < BATCH) return any;
  }
}

static void lose_old(uint64_t time) {
  for (int i = 0; i < exchange_count; i++) {
    if (exchanges[i].state != IDLE && time > exchanges[i].begun + LOST_NS) end_exchange(i, 0, 1);
  }
}

static void wait_until(uint64_t until) {
  uint64_t time = now();
  if (time >= until) return;
  struct timespec t = {0, until - time};
  struct pollfd p = {descriptor, POLLIN, 0};
  ppoll(&p, 1, &t, NULL);
}

static void burst(void) {
  for (int i = 0; i < exchange_count; i++) begin_next();
  flush();
  while (under_way > 0) {
    wait_until(now() + 10000000);
    receive();
    lose_old(now());
  }
}

static void load(int is_open, long amount, uint64_t from, uint64_t until) {
  if (!is_open && amount > exchange_count) amount = exchange_count;
  uint64_t swept = from;
  for (uint64_t time = from; time < until; time = now()) {
    if (is_open) {
      long due = (long)((time - from) / 1e9 * amount);
      while (begun < due) begin_next();
      flush();
      if (!receive()) wait_until(from + (uint64_t)((begun + 1) * 1e9 / amount));
    } else {
      while (under_way < amount) begin_next();
      flush();
      if (!receive()) wait_until(time + 10000000);
    }
    if (time - swept > LOST_NS / 10) {
      swept = time;
      lose_old(now());
    }
  }
  last_complete = now();
  uint64_t end = last_complete;
  while (under_way > 0 && now() < end + LOST_NS) {
    wait_until(now() + 10000000);
    receive();
  }
  lost += under_way;
  last_complete = end;
}

/* How long the first reply took in this share of the exchanges, microseconds. */
static long wait_of(double share) {
  long all = 0, seen = 0;
  for (int us = 0; us <= LONGEST_US; us++) all += waits[us];
  for (int us = 0; us <= LONGEST_US; us++) {
    seen += waits[us];
    if (all > 0 && seen >= share * all) return us;
  }
  return 0;
}

static uint32_t address_of(const char *text) { return ntohl(inet_addr(text)); }

static void read_option(const char *word) {
  char one[32], other[32];
  if (sscanf(word, "networks=%d", &networks) == 1 || sscanf(word, "stamps=%d", &stamps) == 1) return;
  uint8_t *m = server_mac;
  const char *format = "%*[a-z]=%31[0-9.],%31[0-9.],%hhx:%hhx:%hhx:%hhx:%hhx:%hhx";
  if (sscanf(word, format, one, other, m, m + 1, m + 2, m + 3, m + 4, m + 5) != 8) {
    fprintf(stderr, "Cannot read an option: %s\n", word);
    exit(2);
  }
  server = address_of(other);
  renews = word[2] == 'n';
  if (renews) first_address = address_of(one);
  else relay = address_of(one);
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  int client_count = atoi(argv[2]);
  const char *mode = argv[3];
  int floods = !strcmp(mode, "flood");
  for (int i = 6; !floods && i < argc; i++) read_option(argv[i]);
  open_socket(argv[1], floods ? 0 : ETH_P_IP);
  uint64_t from = now(), until = from + atol(argv[5]) * 1000000ull;
  if (floods) {
    if (argc < 9) return 2;
    long sent = flood(argv[6], client_count, atol(argv[4]), from, until, address_of(argv[7]), address_of(argv[8]));
    printf("{\"sent\":%ld,\"ms\":%.3f}\n", sent, (now() - from) / 1e6);
    return 0;
  }
  exchange_count = client_count * networks;
  exchanges = calloc(exchange_count, sizeof *exchanges);
  memset(network_of, -1, sizeof network_of);
  for (int n = 0; n < networks; n++) network_of[interface_index[n] & 65535] = n;
  if (relay) swallow(67);
  if (renews) swallow(68);
  if (stamps) setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &stamps, sizeof stamps);
  for (int i = 0; i < BATCH; i++) {
    in_iov[i] = (struct iovec){in_frames[i], sizeof in_frames[i]};
    in_messages[i].msg_hdr =
        (struct msghdr){.msg_name = &in_names[i], .msg_iov = &in_iov[i], .msg_iovlen = 1, .msg_control = in_controls[i]};
  }
  from = now();
  until = from + atol(argv[5]) * 1000000ull;
  if (!strcmp(mode, "burst")) burst();
  else load(!strcmp(mode, "open"), atol(argv[4]), from, until);
  printf("{\"begun\":%ld,\"complete\":%ld,\"lost\":%ld,\"ms\":%.3f,\"meanUs\":%.1f,\"medianUs\":%ld,\"p99Us\":%ld,"
         "\"longestUs\":%ld}\n",
         begun, complete, lost, last_complete > from ? (last_complete - from) / 1e6 : 0.0,
         complete ? total_ns / 1e3 / complete : 0.0, wait_of(0.5), wait_of(0.99), wait_of(1));
  return 0;
}
